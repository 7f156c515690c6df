import assert from "node:assert/strict";
import { test } from "node:test";
import type { StepReport } from "../../src/engine/engine.js";
import { trainingProgress } from "../../src/engine/training-progress.js";
import type { ProgressReport } from "../../src/progress.js";

const report = (step: number, more: Partial<StepReport> = {}): StepReport => ({
  ...{ step, steps: 100, loss: 2.3456, learning_rate: 0.1, gradient_norm: 1, tokens: 500, seconds: 0.25 },
  ...{ tokens_per_second: 2000, share_of_peak: null },
  ...more,
});

function shown(reports: StepReport[]): { last: ProgressReport; rate: number | null } {
  const seen: ProgressReport[] = [];
  const progress = trainingProgress("training", (one) => seen.push(one));
  for (const one of reports) progress.step(one);
  return { last: seen.at(-1)!, rate: progress.tokens_per_second };
}

test("loss, rate, share of the peak where it is known", () => {
  assert.deepEqual(shown([report(1)]).last, {
    ...{ task: "training", done: 1, total: 100, unit: "steps", note: "loss 2.346, 2,000 tokens/s" },
  });
  assert.equal(shown([report(1, { share_of_peak: 0.416 })]).last.note, "loss 2.346, 2,000 tokens/s, 42 % of peak");
  assert.equal(shown([report(1, { share_of_peak: 0.0416 })]).last.note, "loss 2.346, 2,000 tokens/s, 4.2 % of peak");
});

test("rates are those of the last ten steps, by their time", () => {
  const slow = Array.from({ length: 30 }, (_, i) => report(i + 1, { seconds: 100 }));
  const fast = Array.from({ length: 9 }, (_, i) => report(31 + i, { seconds: 0.1 }));
  const last = report(40, { seconds: 0.1 });
  assert.match(shown([...slow, ...fast, last]).last.note!, /, 5,000 tokens\/s$/);
  assert.match(shown([...slow, ...fast]).last.note!, /, 49\.6 tokens\/s$/);
  // Of the whole, for the summary.
  assert.ok(Math.abs(shown([...slow, last]).rate! - 15_500 / 3000.1) < 1e-9);
});

test("what was measured last on held-out data stays beside the loss", () => {
  const measured = report(1, { validation: { loss: 2, bits_per_character: 1.2345 } });
  assert.match(shown([measured, report(2)]).last.note!, /^loss 2\.346, 1\.23[45] bits\/character, /);
  const talks = report(1, { validation: { loss: 2, bits_per_character: null } });
  assert.match(shown([talks, report(2)]).last.note!, /^loss 2\.346, 2\.000 held out, /);
});

test("a step that an earlier process took has no rate, and spoils none", () => {
  const earlier = report(5, { seconds: 0, tokens_per_second: null });
  const only = shown([earlier]);
  assert.equal(only.last.note, "loss 2.346");
  assert.equal(only.rate, null);
  assert.equal(shown([earlier, report(6)]).rate, 2000);
});

test("a warning is said with the count as it stands", () => {
  const seen: ProgressReport[] = [];
  const progress = trainingProgress("training", (one) => seen.push(one));
  progress.step(report(3));
  progress.warning("something");
  assert.deepEqual(seen[1], { task: "training", done: 3, total: 100, unit: "steps", warning: "something" });
});
