import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { samplingSchema } from "../../../src/pretraining/sampling/options.js";
import {
  type SamplingMethodName,
  samplingMethodNames,
  samplingMethods,
} from "../../../src/pretraining/sampling/registry.js";
import type { SamplingSettings } from "../../../src/pretraining/sampling/sampling-method.js";

const settings: SamplingSettings = { temperature: 2, max_repeats: 4, budget: 600 };

const parts = (method: SamplingMethodName, sizes: number[], changes: Partial<SamplingSettings> = {}): number[] =>
  samplingMethods[method](
    sizes.map((size, i) => ({ name: `c${i}`, size, weight: i + 1 })),
    { ...settings, ...changes },
  );

const shares = (values: number[]): number[] => {
  const sum = values.reduce((all, value) => all + value, 0);
  return values.map((value) => value / sum);
};

const near = (found: number[], expected: number[]): void => {
  assert.equal(found.length, expected.length);
  for (const [i, value] of found.entries()) assert.ok(Math.abs(value - expected[i]!) < 1e-9, `${found} ${expected}`);
};

test("every method: a finite part for each corpus, the same whatever their order, of any sizes", () => {
  for (const method of samplingMethodNames) {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 9 }), (sizes) => {
        const budget = sizes.reduce((sum, size) => sum + size, 0);
        const corpora = sizes.map((size, i) => ({ name: `c${i}`, size, weight: 1 + (size % 7) }));
        const found = samplingMethods[method](corpora, { ...settings, budget });
        assert.ok(found.length === sizes.length && found.every((part) => part > 0 && Number.isFinite(part)), method);
        const reversed = samplingMethods[method]([...corpora].reverse(), { ...settings, budget }).reverse();
        near(shares(reversed), shares(found));
      }),
      { numRuns: 50 },
    );
  }
});

test("proportional and weights: values by hand", () => {
  assert.deepEqual(shares(parts("proportional", [10, 30, 60])), [0.1, 0.3, 0.6]);
  near(shares(parts("weights", [10, 30, 60])), [1 / 6, 2 / 6, 3 / 6]);
  for (const weight of [undefined, 0, -1, Number.NaN]) {
    const corpora = [{ name: "ru", size: 3, weight }];
    assert.throws(() => samplingMethods.weights(corpora, settings), { name: "RecipeError", message: /ru/ });
  }
});

test("temperature: values by hand", () => {
  // Square roots of 1, 16 and 25.
  near(shares(parts("temperature", [1, 16, 25])), [0.1, 0.4, 0.5]);
  near(shares(parts("temperature", [10, 30, 60], { temperature: 1 })), [0.1, 0.3, 0.6]);
  // Fifth roots of 1 and 32 · 10^300.
  near(shares(parts("temperature", [1e290, 3.2e291], { temperature: 5 })), [1 / 3, 2 / 3]);
});

test("unimax: algorithm 1 of the paper by hand", () => {
  // 600 / 3 = 200 > 4 · 10, so 40; then 560 / 2 = 280 ≤ 4 · 100, so 280; then the 280 that are left.
  assert.deepEqual(parts("unimax", [1000, 10, 100]), [280, 40, 280]);
  // With one epoch: 10; 590 / 2 = 295 > 100, so 100; 490 are left.
  assert.deepEqual(parts("unimax", [1000, 10, 100], { max_repeats: 1 }), [490, 10, 100]);
  // Large enough for equal parts.
  assert.deepEqual(parts("unimax", [1000, 700, 800]), [200, 200, 200]);
  assert.deepEqual(parts("unimax", [10, 20], { budget: 120 }), [40, 80]);
});

test("unimax is the water level of which the caps are the depths", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(
      sizes,
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 6 }),
      (given, fill, cap) => {
        const budget = fill * cap * given.reduce((sum, size) => sum + size, 0);
        // Found by bisection: the one level at which min(level, cap · size) sum to the budget.
        let [low, high] = [0, cap * 10_000];
        for (let i = 0; i < 200; i++) {
          const level = (low + high) / 2;
          const sum = given.reduce((all, size) => all + Math.min(level, cap * size), 0);
          if (sum < budget) low = level;
          else high = level;
        }
        const found = parts("unimax", given, { budget, max_repeats: cap });
        for (const [i, size] of given.entries()) {
          assert.ok(Math.abs(found[i]! - Math.min(high, cap * size)) < 1e-6 * budget, `${found} at ${high}`);
        }
      },
    ),
  );
});

test("unimax refuses a training that cannot keep the cap", () => {
  assert.throws(() => parts("unimax", [10, 20], { budget: 121 }), {
    name: "RecipeError",
    code: "pretraining.max_repeats",
    message: /121 blocks from 30, more than max_repeats: 4/,
  });
});

test("settings of a recipe have defaults and limits", () => {
  assert.deepEqual(samplingSchema.parse({}), { method: "proportional", temperature: 3.33, max_repeats: 4 });
  for (const wrong of [{ method: "unimix" }, { temperature: 0.5 }, { max_repeats: 0 }, { repeats: 2 }]) {
    assert.ok(!samplingSchema.safeParse(wrong).success);
  }
});
