import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { TrainingJob } from "../../src/engine/engine.js";
import { temporaryFolder } from "./minute-model.js";
import { createJob, leftBy, type Outcome, runTraining } from "./training-jobs.js";

const temporary = temporaryFolder();
after(temporary.remove);

const jobAt = (name: string, options: Partial<TrainingJob["options"]> = {}): TrainingJob =>
  createJob(path.join(temporary.folder, name), { options: { checkpoint_every: 2, ...options } });
/** The lowest validation loss is after step 4. */
const best: Partial<TrainingJob["options"]> = {
  ...{ steps: 8, learning_rate: 0.3, schedule: "constant", evaluate_every: 2, keep: "best" },
};
const stepsOf = ({ reports }: Outcome): number[] => reports.map(({ step }) => step);
const at = (job: TrainingJob, name: string): string => path.join(job.checkpoints, name);

function flipByte(file: string, share: number): void {
  const bytes = readFileSync(file);
  bytes[Math.floor(bytes.length * share)]! ^= 1;
  writeFileSync(file, bytes);
}

test("two are kept, the newest ones, and nothing else lies beside them", async () => {
  const job = jobAt("bounded");
  const counts: number[] = [];
  await runTraining(job, {
    onStep: ({ step }) => step > 1 && counts.push(step > 2 ? readdirSync(job.checkpoints).length : 0),
  });
  assert.deepEqual(counts, [0, 1, 1, 2, 2, 2, 2, 2, 2]);
  assert.deepEqual(readdirSync(job.checkpoints).sort(), ["000000006.checkpoint", "000000008.checkpoint"]);
});

test("with keep: best as many best files as checkpoints, and one more at most", async () => {
  const job = jobAt("bounded-best", {
    ...best,
    evaluate_every: 1,
    steps: 30,
    checkpoint_every: 7,
    learning_rate: 0.05,
  });
  let most = 0;
  await runTraining(job, {
    onStep: ({ step }) => {
      if (step > 1)
        most = Math.max(most, readdirSync(job.checkpoints).filter((name) => name.startsWith("best")).length);
    },
  });
  assert.ok(most <= 3, `${most} best files`);
});

test("a damaged one is named and not used, and the one before is", async () => {
  const whole = jobAt("whole");
  await runTraining(whole);
  const damages: [name: string, damage: (file: string) => void, said: RegExp][] = [
    ["head", (file) => flipByte(file, 0.001), /another version|no checkpoint|damaged/],
    ["steps", (file) => flipByte(file, 0.01), /damaged: its SHA-256 is another/],
    ["data", (file) => flipByte(file, 0.5), /damaged: its SHA-256 is another/],
    ["end", (file) => flipByte(file, 0.9999), /damaged: its SHA-256 is another/],
    ["cut", (file) => truncateSync(file, 1000), /cut short|damaged/],
    ["short", (file) => truncateSync(file, 5), /cut short/],
    ["empty", (file) => truncateSync(file, 0), /cut short/],
    ["other", (file) => writeFileSync(file, "a text that is longer than the head of a file"), /is no checkpoint/],
    ["old", (file) => writeFileSync(file, `lepckp01${"x".repeat(200)}`), /another version of lep/],
  ];
  for (const [name, damage, said] of damages) {
    const job = jobAt(`damaged-${name}`);
    await runTraining(job);
    damage(at(job, "000000008.checkpoint"));
    const outcome = await runTraining(job);
    assert.deepEqual(stepsOf(outcome), [7, 8, 9, 10], name);
    assert.equal(outcome.warnings.length, 1);
    assert.match(outcome.warnings[0]!, /000000008\.checkpoint: this checkpoint .*: it is not used$/);
    assert.match(outcome.warnings[0]!, said);
    assert.deepEqual(outcome.result.warnings, outcome.warnings);
    assert.deepEqual(leftBy(job), leftBy(whole), name);
  }
});

test("where all are damaged, training begins anew and says so for each", async () => {
  const job = jobAt("all-damaged");
  await runTraining(job);
  for (const name of readdirSync(job.checkpoints)) flipByte(at(job, name), 0.7);
  const outcome = await runTraining(job);
  assert.equal(stepsOf(outcome)[0], 1);
  assert.equal(outcome.warnings.length, 2);
});

test("one of another training is named with both fingerprints and the version that wrote it, and is removed", async () => {
  const job = jobAt("foreign");
  await runTraining(job);
  const other = { ...job, options: { ...job.options, seed: 4 } };
  const outcome = await runTraining(other);
  assert.equal(stepsOf(outcome)[0], 1);
  assert.equal(outcome.warnings.length, 2);
  const told = /belongs to another training \(([0-9a-f]{12}), by lep \d+\.\d+\.\d+; this one is ([0-9a-f]{12})\)/;
  const [, written, own] = told.exec(outcome.warnings[0]!)!;
  assert.notEqual(written, own);
  assert.equal(stepsOf(await runTraining(other))[0], 9);
});

test("held-out data is part of what a training is, how often it is saved is not", async () => {
  const job = jobAt("parts", { evaluate_every: 5 });
  await runTraining(job);
  const rarely = { ...job, options: { ...job.options, checkpoint_every: 5 } };
  assert.equal(stepsOf(await runTraining(rarely))[0], 9);
  const shorter = { ...job, validation: { ...job.validation!, characters: 99 } };
  assert.equal(stepsOf(await runTraining(shorter))[0], 1);
});

test("a checkpoint without its best file is not used", async () => {
  const whole = jobAt("whole-best", best);
  const expected = await runTraining(whole);
  assert.equal(expected.result.kept_step, 4);
  for (const [name, said] of [
    ["cut", /cut short|damaged/],
    ["gone", /cannot be read: ENOENT/],
  ] as const) {
    const job = jobAt(`best-${name}`, { ...best, checkpoint_every: 3 });
    await runTraining(job);
    const file = at(job, "best-000000004.checkpoint");
    if (name === "cut") truncateSync(file, 999);
    else rmSync(file);
    const outcome = await runTraining(job);
    // After step 3 the best was that of step 2, which is there still.
    assert.deepEqual(stepsOf(outcome), [4, 5, 6, 7, 8]);
    assert.match(outcome.warnings[0]!, said);
    assert.match(outcome.warnings[1]!, /000000006\.checkpoint: this checkpoint is nothing without best-000000004/);
    assert.deepEqual(leftBy(job), leftBy(whole), name);
  }
});

test("a file that cannot be written whole is named, and nothing of it stays", async () => {
  const job = jobAt("limited");
  mkdirSync(job.checkpoints, { recursive: true });
  const worker = fileURLToPath(new URL("limited-training.js", import.meta.url));
  // 20 KB a file: less than a checkpoint, more than the log.
  const { status, stderr } = spawnSync(
    "bash",
    ["-c", `ulimit -f 20; exec "$0" "$@"`, process.execPath, worker, JSON.stringify(job)],
    { encoding: "utf8" },
  );
  assert.equal(status, 1, stderr);
  assert.match(stderr, /^output\.write_failed: .*000000002\.checkpoint: cannot be written: EFBIG/m);
  assert.deepEqual(readdirSync(job.checkpoints), []);
  const { result } = await runTraining(job);
  assert.equal(result.losses.length, 10);
});

test("a place that is no folder is named", async () => {
  const file = path.join(temporary.folder, "a-file");
  writeFileSync(file, "");
  await assert.rejects(runTraining({ ...jobAt("no-folder"), checkpoints: path.join(file, "checkpoints") }), {
    code: "output.write_failed",
    message: /a-file/,
  });
});
