import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sparsemax } from "../../../src/pretraining/initializers/sparsemax.js";
import { close } from "./close.js";

test("sparsemax: the values of an implementation by sorting (numpy)", () => {
  const few = sparsemax([0.9, 0.85, 0.3, -0.2, 0.84]);
  assert.deepEqual([...few.places], [0, 1, 4]);
  close(few.weights, [0.37, 0.32, 0.31], 1e-14);
  close(sparsemax([0.1, 0.1, 0.1]).weights, [1 / 3, 1 / 3, 1 / 3], 1e-15);
  assert.deepEqual([...sparsemax([2, 0.5, 0.4]).places], [0]);
});

test("sparsemax: positive weights of sum 1, and the larger value never weighs less", () => {
  const values = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(values, (given) => {
      const { places, weights } = sparsemax(given);
      assert.ok(weights.every((weight) => weight > 0));
      assert.ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-9);
      const least = Math.min(...[...places].map((place) => given[place]!));
      for (const [i, value] of given.entries()) if (!places.includes(i)) assert.ok(value <= least);
    }),
  );
});
