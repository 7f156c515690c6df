import assert from "node:assert/strict";
import { test } from "node:test";
import { remembered } from "../../src/benchmark/remembered.js";

test("texts that come back are not made again, and old ones make room", async () => {
  const made: string[] = [];
  const length = remembered(async (text) => {
    made.push(text);
    return text.length;
  });
  const long = "а".repeat(6_000_000);
  assert.deepEqual([await length("x"), await length(long), await length("x"), await length("")], [1, 6_000_000, 1, 0]);
  assert.equal(made.length, 3);
  // The two long texts do not both fit; "x" was asked for after the first of them.
  await length(`${long}!`);
  await length("x");
  assert.equal(made.length, 4);
  await length(long);
  assert.equal(made.length, 5);
  await length("y".repeat(11_000_000));
  assert.equal(await length("x"), 1);
  assert.equal(made.length, 7);
});
