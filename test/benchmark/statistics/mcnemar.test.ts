import assert from "node:assert/strict";
import { test } from "node:test";
import { mcNemar } from "../../../src/benchmark/statistics/mcnemar.js";

test("two-sided p values of scipy.stats.binomtest(min, sum, 0.5)", () => {
  const cases: [number, number, number][] = [
    [0, 0, 1],
    [1, 0, 1],
    [5, 1, 0.21875],
    [10, 10, 1],
    [12, 3, 0.03515625],
    [40, 19, 0.008641499683281734],
    [700, 600, 0.006015793861044938],
    [1500, 1300, 0.0001684116226437623],
    [3, 60, 9.048317650695026e-15],
  ];
  for (const [first, second, p] of cases) {
    const result = mcNemar(first, second);
    assert.ok(Math.abs(result.p_value / p - 1) < 1e-9, `${first}, ${second}: ${result.p_value}`);
    assert.deepEqual(mcNemar(second, first).p_value, result.p_value);
    assert.deepEqual([result.only_first, result.only_second], [first, second]);
  }
});
