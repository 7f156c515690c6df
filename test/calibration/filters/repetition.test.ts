import assert from "node:assert/strict";
import { test } from "node:test";
import { endsInLoop, repeatedLines, repeatedRuns } from "../../../src/calibration/filters/repetition.js";

test("repetition counts runs of four words", () => {
  assert.equal(repeatedRuns("one two three"), 0);
  assert.equal(repeatedRuns(Array.from({ length: 20 }, (_, i) => `word${i}`).join(" ")), 0);
  assert.ok(repeatedRuns("tick tack ".repeat(20)) > 0.9);
});

test("repeated lines count by their characters; lines without letters do not", () => {
  assert.equal(repeatedLines("да\nда\nда"), 0);
  assert.equal(repeatedLines("да\nда\nда\nда"), 0.75);
  assert.equal(repeatedLines("первое\nвторое\n\nтретье\nчетвёртое"), 0);
  assert.equal(repeatedLines("a {\n}\nb {\n}\nc {\n}\nd {\n}"), 0);
});

test("loops are seen at the end only", () => {
  assert.ok(endsInLoop(`Well, ${"la ".repeat(20)}`));
  assert.ok(!endsInLoop(`${"la ".repeat(20)} and that is the whole of the song, as far as I remember it`));
});
