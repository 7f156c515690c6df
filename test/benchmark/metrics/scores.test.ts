import assert from "node:assert/strict";
import { test } from "node:test";
import { categoryMean } from "../../../src/benchmark/metrics/category-mean.js";
import { covers, lengthRatio } from "../../../src/benchmark/metrics/copy.js";
import { exactMatch } from "../../../src/benchmark/metrics/exact-match.js";
import { mean } from "../../../src/benchmark/metrics/mean.js";
import { mostUsePoints, usePoints, useScore } from "../../../src/benchmark/metrics/use-points.js";

test("length ratio is symmetric, capped at the limit, and 0 for an empty answer", () => {
  assert.equal(lengthRatio(10, 10, 128), 1);
  assert.equal(lengthRatio(5, 10, 128), 0.5);
  assert.equal(lengthRatio(20, 10, 128), 0.5);
  assert.equal(lengthRatio(128, 500, 128), 1);
  assert.equal(lengthRatio(0, 10, 128), 0);
});

test("a paragraph is covered from 99 of 100 characters", () => {
  const source = Array.from({ length: 100 }, (_, i) => String.fromCodePoint(0x430 + (i % 32))).join("");
  assert.equal(covers(source, source), 1);
  assert.equal(covers(source, ` ${source}\n`), 1);
  assert.equal(covers(source, source.slice(1)), 1);
  assert.equal(covers(source, source.slice(2)), 0);
  assert.equal(covers(source, ""), 0);
  assert.equal(covers(source, "🙂"), 0);
});

test("exact match ignores case, white space around and one full stop", () => {
  assert.equal(exactMatch(" В Заречье. ", "в Заречье"), 1);
  assert.equal(exactMatch("in Oakville", "in Oakville."), 1);
  assert.equal(exactMatch("в Заречье..", "в Заречье"), 0);
  assert.equal(exactMatch("ежик", "ёжик"), 0);
  assert.equal(exactMatch("", ""), 0);
});

test("points of the exam: of several accepted texts one is enough, and failed questions count neither way", () => {
  const question = { type: "text", id_task: "2", gold: "потомучто,таккак" };
  assert.equal(usePoints(question, "Так как"), 1);
  assert.equal(usePoints(question, "потому что, так как"), 0);
  assert.equal(mostUsePoints(question), 1);
  assert.equal(mostUsePoints({ type: "matching", id_task: "26", gold: "8,1,9,7" }), 4);
  assert.equal(mostUsePoints({ type: "multiple_choice_based_on_text", id_task: "16", gold: "1,3" }), 2);
  const answered = Array.from({ length: 30 }, () => ({ variant: "1", points: 1 }));
  assert.equal(useScore(answered).value, 30 / 34);
  assert.equal(useScore(answered, [{ variant: "1", points: 4 }]).value, 1);
  assert.equal(useScore(answered, [{ variant: "2", points: 4 }]).value, 30 / 34);
});

test("mean and its standard error", () => {
  // statistics.mean and statistics.stdev(x)/len(x)**0.5 of Python 3.11 for [0, 1, 1, 0.5].
  const { value, standard_error, items } = mean([0, 1, 1, 0.5]);
  assert.equal(value, 0.625);
  assert.ok(Math.abs(standard_error! - 0.2393567769390848) < 1e-12);
  assert.equal(items, 4);
  assert.equal(mean([1]).standard_error, null);
});

test("categories count alike, however many items they have", () => {
  const sample = (value: number, category: string, subject: string) => ({ value, category, subject });
  const { value, standard_error } = categoryMean([
    ...[1, 1, 0, 0].map((each) => sample(each, "nature", "bird")),
    ...[1, 1].map((each) => sample(each, "nature", "tree")),
    ...[0, 0, 0, 1].map((each) => sample(each, "people", "town")),
  ]);
  assert.equal(value, ((0.5 + 1) / 2 + 0.25) / 2);
  // By hand: variances of the means 1/12, 0 and 1/16, weights 1/4, 1/4 and 1/2.
  assert.ok(Math.abs(standard_error! - Math.sqrt(1 / 12 / 16 + 1 / 16 / 4)) < 1e-12);
});
