import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import type { StepReport } from "../../src/engine/engine.js";
import { openTrainingLog } from "../../src/engine/training-log.js";

let folder: string;
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "lep-log-"));
});
after(() => rmSync(folder, { recursive: true }));

const report = (step: number): StepReport => ({
  step,
  steps: 5,
  loss: 1 / step,
  learning_rate: 0.1,
  gradient_norm: 1,
  tokens: 7,
  seconds: Math.random(),
});

test("a log continued from a checkpoint has the bytes of one that was never broken", () => {
  const whole = path.join(folder, "whole.jsonl");
  const log = openTrainingLog(whole);
  for (const step of [1, 2, 3, 4, 5]) assert.ok(log.add(report(step)));
  const broken = path.join(folder, "broken.jsonl");
  const first = openTrainingLog(broken);
  for (const step of [1, 2, 3, 4]) first.add(report(step));
  appendFileSync(broken, '{"step":5,"lo');
  const second = openTrainingLog(broken);
  assert.equal(second.steps, 4);
  for (const step of [3, 4, 5]) assert.ok(second.add(report(step)));
  assert.equal(readFileSync(broken, "utf8"), readFileSync(whole, "utf8"));
  assert.deepEqual(JSON.parse(readFileSync(whole, "utf8").split("\n")[1]!), {
    step: 2,
    loss: 0.5,
    learning_rate: 0.1,
    gradient_norm: 1,
    tokens: 7,
  });
});

test("a gap is refused", () => {
  const log = openTrainingLog(path.join(folder, "gap.jsonl"));
  assert.ok(log.add(report(1)));
  assert.equal(log.add(report(3)), false);
  assert.equal(log.steps, 1);
});
