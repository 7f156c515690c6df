import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import type { StepRecord } from "../../src/engine/engine.js";
import { openTrainingLog, readTrainingLog } from "../../src/engine/training-log.js";
import { temporaryFolder } from "./minute-model.js";

const { folder, remove } = temporaryFolder();
after(remove);

const record = (step: number): StepRecord => ({
  step,
  loss: 1 / step,
  learning_rate: 0.1,
  gradient_norm: 1,
  tokens: 7,
  ...(step === 3 && { validation: { loss: 0.3, bits_per_character: 0.25 } }),
  ...(step === 4 && { spike: { level: 0.1, skipped: true, blocks: ["data.blocks, block 2"] } }),
});
const records = [1, 2, 3, 4, 5].map(record);

test("one line a step, in one order of keys, with spike and validation where there are any", () => {
  const file = path.join(folder, "whole.jsonl");
  const log = openTrainingLog(file, []);
  for (const one of records) log.add({ ...one, seconds: 1.5 } as StepRecord);
  const lines = readFileSync(file, "utf8").split("\n");
  assert.equal(lines[1], '{"step":2,"loss":0.5,"learning_rate":0.1,"gradient_norm":1,"tokens":7}');
  assert.match(lines[2]!, /"tokens":7,"validation":\{"loss":0.3,"bits_per_character":0.25\}\}$/);
  assert.match(lines[3]!, /"spike":\{"level":0.1,"skipped":true,"blocks":\["data.blocks, block 2"\]\}\}$/);
  assert.deepEqual(readTrainingLog(file), records);
});

test("it is made to end where training continues: lines too many, too few, cut, or of another training", () => {
  const whole = path.join(folder, "reference.jsonl");
  openTrainingLog(whole, records);
  const expected = readFileSync(whole, "utf8");
  const lines = expected.split("\n").slice(0, -1);
  const befores = [
    expected,
    `${lines.slice(0, 1).join("\n")}\n`,
    "",
    `${lines.slice(0, 3).join("\n")}\n${lines[3]!.slice(0, 9)}`,
    '{"step":1,"loss":9}\n',
  ];
  for (const [i, before] of befores.entries()) {
    const file = path.join(folder, `${i}.jsonl`);
    writeFileSync(file, before);
    const log = openTrainingLog(file, records.slice(0, 3));
    assert.equal(readFileSync(file, "utf8"), `${lines.slice(0, 3).join("\n")}\n`);
    for (const one of records.slice(3)) log.add(one);
    assert.equal(readFileSync(file, "utf8"), expected);
  }
});

test("a reader sees the whole lines of a log that grows, and none where there is no log", () => {
  const file = path.join(folder, "growing.jsonl");
  openTrainingLog(file, records.slice(0, 2));
  appendFileSync(file, '{"step":3,"lo');
  assert.deepEqual(readTrainingLog(file), records.slice(0, 2));
  assert.deepEqual(readTrainingLog(path.join(folder, "nowhere.jsonl")), []);
});
