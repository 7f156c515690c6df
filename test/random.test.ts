import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../src/random.js";

test("many integers at once are those of single calls, and the generator goes on behind them", () => {
  for (const n of [1, 2, 117, 14_000, 2 ** 31 - 1]) {
    const [one, many] = [createRandom(9), createRandom(9)];
    const filled = new Int32Array(1000);
    many.fillBelow(n, filled, 100, 900);
    const expected = new Int32Array(1000);
    for (let i = 100; i < 900; i++) expected[i] = one.below(n);
    assert.deepEqual(filled, expected);
    assert.equal(many.uniform(), one.uniform());
  }
});
