import assert from "node:assert/strict";
import { test } from "node:test";
import { holm } from "../../../src/benchmark/statistics/holm.js";

test("Holm's adjustment, by hand: the smallest times n, the next times n - 1, never falling, at most 1", () => {
  const shown = holm([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(12)));
  assert.deepEqual(shown, [0.03, 0.06, 0.06, 0.02]);
  assert.deepEqual(holm([0.9, 0.8]), [1, 1]);
  assert.deepEqual(holm([]), []);
});
