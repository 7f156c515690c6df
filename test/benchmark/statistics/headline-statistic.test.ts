import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { drawPlaces } from "../../../src/benchmark/statistics/bootstrap.js";
import { headlineStatistic } from "../../../src/benchmark/statistics/headline-statistic.js";
import type { JudgedSample, Task } from "../../../src/benchmark/task.js";
import { createRandom } from "../../../src/random.js";

type Judge = Pick<Task, "aggregate">;

const score = (value: number, items: number) => ({ value, standard_error: null, items });
const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Headlines as tasks have them, written as plainly as can be. */
const judges: Record<string, Judge> = {
  mean: { aggregate: (samples) => ({ m: score(meanOf(samples.map(({ metrics }) => metrics.m!)), samples.length) }) },
  // Its headline is made from other metrics than the sample's of that name.
  product: {
    aggregate: (samples) => ({
      m: score(meanOf(samples.map(({ metrics }) => metrics.direct! * metrics.swapped!)), samples.length),
    }),
  },
  subjects: {
    aggregate(samples) {
      const bySubject = new Map<unknown, number[]>();
      for (const { metrics, meta } of samples) {
        bySubject.set(meta.subject, [...(bySubject.get(meta.subject) ?? []), metrics.m!]);
      }
      return { m: score(meanOf([...bySubject.values()].map(meanOf)), samples.length) };
    },
  },
  exam: {
    aggregate(samples, failed: readonly Pick<JudgedSample, "meta">[] = []) {
      const shares = [...new Set(samples.map(({ meta }) => meta.variant))].map((variant) => {
        const points = samples.filter(({ meta }) => meta.variant === variant).map(({ metrics }) => metrics.points!);
        const worth = 34 - failed.filter(({ meta }) => meta.variant === variant).length;
        return points.reduce((sum, each) => sum + each, 0) / worth;
      });
      return { m: score(meanOf(shares), samples.length) };
    },
  } as Judge,
  classes: {
    aggregate(samples) {
      const names = [0, 1, 2].filter((k) =>
        samples.some(({ metrics }) => metrics.gold === k || metrics.predicted === k),
      );
      const f1 = names.map((k) => {
        const of = (key: "gold" | "predicted") => samples.filter(({ metrics }) => metrics[key] === k).length;
        const hits = samples.filter(({ metrics }) => metrics.gold === k && metrics.predicted === k).length;
        return (2 * hits) / (of("gold") + of("predicted"));
      });
      return { m: score((meanOf(samples.map(({ metrics }) => metrics.accuracy!)) + meanOf(f1)) / 2, samples.length) };
    },
  },
  median: {
    aggregate(samples) {
      const values = samples.map(({ metrics }) => metrics.accuracy! + metrics.points!).sort((a, b) => a - b);
      return { m: score(values[values.length >> 1]!, samples.length) };
    },
  },
};

function drawSamples(seed: number, count: number, names: readonly string[]): JudgedSample[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const gold = random.below(3);
    const accuracy = random.below(2);
    const direct = random.below(2);
    const swapped = random.below(2);
    const all: Record<string, number> = {
      m: direct * swapped,
      direct,
      swapped,
      accuracy,
      gold,
      predicted: accuracy === 1 ? gold : (gold + 1) % 3,
      points: random.below(3),
    };
    const meta = { subject: `s${random.below(4)}`, variant: random.below(3) };
    return { metrics: Object.fromEntries(names.map((name) => [name, all[name]!])), meta, seconds: 1 };
  });
}

const metricsOf: Record<string, string[]> = {
  mean: ["m"],
  product: ["m", "direct", "swapped"],
  subjects: ["m"],
  exam: ["points"],
  classes: ["accuracy", "gold", "predicted"],
  median: ["accuracy", "points"],
};

test("every form gives what the task itself makes of any draw", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(judges)),
      fc.nat(1000),
      fc.integer({ min: 1, max: 60 }),
      (name, seed, some) => {
        const judge = judges[name]!;
        // With fewer, draws now and then leave a variant out, which no form foresees.
        const count = name === "exam" ? some + 60 : some;
        const samples = drawSamples(seed, count, metricsOf[name]!);
        const failed = name === "exam" ? drawSamples(seed + 1, 3, []) : [];
        const aggregate = judge.aggregate as (
          some: readonly JudgedSample[],
          failed: readonly JudgedSample[],
        ) => ReturnType<Task["aggregate"]>;
        const value = aggregate(samples, failed).m!.value;
        const statistic = headlineStatistic(samples, failed, { metric: "m", value }, judge);
        assert.ok(statistic !== null);
        const places = new Int32Array(count);
        const random = createRandom(seed);
        for (let draw = 0; draw < 5; draw++) {
          drawPlaces(statistic.strata, random, places);
          const drawn = Array.from(places, (place) => samples[place]!);
          assert.ok(Math.abs(statistic.of(places) - aggregate(drawn, failed).m!.value) < 1e-9, name);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("subjects are strata of their own, and variants where they do not weigh alike; others are drawn over all items", () => {
  const strataOf = (name: string): number => {
    const samples = drawSamples(4, 60, metricsOf[name]!);
    const failed = name === "exam" ? drawSamples(5, 4, []) : [];
    return headlineStatistic(samples, failed, { metric: "m" }, judges[name])!.strata.length;
  };
  assert.deepEqual(Object.keys(judges).map(strataOf), [1, 1, 4, 3, 1, 1]);
});

test("samples that do not give the stored value give no statistic; nor does an unknown task that is no mean", () => {
  const samples = drawSamples(4, 30, ["m"]);
  const value = meanOf(samples.map(({ metrics }) => metrics.m!));
  assert.equal(headlineStatistic(samples, [], { metric: "m", value: value + 0.01 }, judges.mean), null);
  assert.equal(headlineStatistic(samples, [], { metric: "m", value: value + 0.01 }, undefined), null);
  assert.equal(headlineStatistic(samples, [], { metric: "other", value }, undefined), null);
  assert.notEqual(headlineStatistic(samples, [], { metric: "m", value }, undefined), null);
  assert.equal(headlineStatistic([], [], { metric: "m", value: 0 }, judges.mean), null);
});

test("subjects of few items are not drawn each for itself: one item alone would never vary", () => {
  const samples = drawSamples(4, 40, ["m"]).map((sample, i) => ({ ...sample, meta: { subject: i } }));
  const statistic = headlineStatistic(samples, [], { metric: "m" }, judges.subjects)!;
  assert.equal(statistic.strata.length, 1);
});

test("given strata are kept", () => {
  const samples = drawSamples(4, 40, ["m"]);
  const strata = [Int32Array.from({ length: 10 }, (_, i) => i), Int32Array.from({ length: 30 }, (_, i) => 10 + i)];
  for (const judge of [judges.mean, judges.subjects]) {
    assert.equal(headlineStatistic(samples, [], { metric: "m" }, judge, strata)!.strata, strata);
  }
});
