import assert from "node:assert/strict";
import { test } from "node:test";
import { blockedRows, meanOfAll } from "../../../src/pretraining/initializers/original-rows.js";

test("rows come from blocks of the file, each read once, and padding is never read", () => {
  const values = Float32Array.from({ length: 12 }, (_, i) => i);
  const asked: [number, number][] = [];
  const rows = blockedRows(2, 5, 2, (first, count) => {
    asked.push([first, count]);
    return values.slice(first * 2, (first + count) * 2);
  });
  assert.deepEqual([...rows.row(3)], [6, 7]);
  assert.deepEqual([...rows.row(2)], [4, 5]);
  assert.deepEqual([...rows.row(4)], [8, 9]);
  assert.deepEqual(asked, [
    [2, 2],
    [4, 1],
  ]);
  assert.throws(() => rows.row(5), RangeError);
  assert.throws(() => rows.row(-1), RangeError);
  assert.deepEqual([...meanOfAll(rows)], [4, 5]);
});
