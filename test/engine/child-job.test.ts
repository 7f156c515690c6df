import assert from "node:assert/strict";
import { existsSync, readdirSync, truncateSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { engineInChild, runJob } from "../../src/engine/child-job.js";
import type { TrainingJob } from "../../src/engine/engine.js";
import { isRunning, killParentInTraining } from "./killed-parent.js";
import { temporaryFolder } from "./minute-model.js";
import { createJob, leftBy, runTraining } from "./training-jobs.js";

const temporary = temporaryFolder();
after(temporary.remove);
const worker = new URL("fake-worker.js", import.meta.url);
const engine = engineInChild(worker);
const jobAt = (name: string, options: Partial<TrainingJob["options"]> = {}): TrainingJob =>
  createJob(path.join(temporary.folder, name), { options: { checkpoint_every: 2, ...options } });

test("a training in a child process is the training", async () => {
  const here = jobAt("here");
  const { result } = await runTraining(here);
  const there = jobAt("there");
  assert.deepEqual({ ...(await engine.train(there)), peak_mb: 0 }, { ...result, peak_mb: 0 });
  assert.deepEqual(leftBy(there), leftBy(here));
});

test("when its process is killed it says so, and ends with the same bytes when it is started again", async () => {
  const whole = jobAt("whole", { steps: 300 });
  await engine.train(whole);
  const job = jobAt("killed", { steps: 300 });
  let pid: number | undefined;
  const killed = runJob(worker, "train", job, ({ step }) => step === 5 && process.kill(pid!, "SIGKILL"), undefined, {
    onChild: (child) => {
      pid = child.pid;
    },
  });
  await assert.rejects(killed, { name: "EngineError", code: "engine.died" });
  assert.ok(!existsSync(job.output));
  const steps: number[] = [];
  await engine.train(job, ({ step }) => steps.push(step));
  assert.ok(steps[0]! >= 5 && steps[0]! % 2 === 1, `continued at step ${steps[0]}`);
  assert.deepEqual(leftBy(job), leftBy(whole));
});

test("no process stays when the parent is killed, and the same bytes come when it is started again", async () => {
  const options = { steps: 300, checkpoint_every: 7 };
  const whole = jobAt("whole-parent", options);
  const job = jobAt("orphan", options);
  await killParentInTraining({ worker: worker.href, job, killAfter: 100 });
  const steps: number[] = [];
  const result = await engine.train(job, ({ step }) => steps.push(step));
  assert.ok(steps[0]! > 90 && steps[0]! % 7 === 1, `continued at step ${steps[0]}`);
  assert.deepEqual({ ...result, peak_mb: 0 }, { ...(await engine.train(whole)), peak_mb: 0 });
  assert.deepEqual(leftBy(job), leftBy(whole));
});

test("an aborted signal ends it after a step, with a checkpoint", async () => {
  const whole = jobAt("not-aborted", { steps: 600, checkpoint_every: 0 });
  await engine.train(whole);
  const job = jobAt("aborted", { steps: 600, checkpoint_every: 0 });
  const controller = new AbortController();
  await assert.rejects(
    engine.train(job, ({ step }) => step === 3 && controller.abort(), controller.signal),
    { name: "EngineError", code: "engine.interrupted" },
  );
  const [checkpoint] = readdirSync(job.checkpoints);
  const steps: number[] = [];
  await engine.train(job, ({ step }) => steps.push(step));
  assert.equal(steps[0], Number.parseInt(checkpoint!, 10) + 1);
  assert.ok(steps[0]! >= 4);
  assert.deepEqual(leftBy(job), leftBy(whole));
});

test("warnings arrive before the steps, and in the result", async () => {
  const job = jobAt("warned");
  await engine.train(job);
  truncateSync(path.join(job.checkpoints, "000000008.checkpoint"), 2000);
  const seen: string[] = [];
  const onStep = ({ step }: { step: number }): number => seen.push(`step ${step}`);
  const result = await engine.train(job, onStep, undefined, (text) => seen.push(text));
  assert.match(seen[0]!, /000000008\.checkpoint: this checkpoint is damaged/);
  assert.deepEqual(seen.slice(1), ["step 7", "step 8", "step 9", "step 10"]);
  assert.deepEqual(result.warnings, seen.slice(0, 1));
});

test("a failure of whoever listens is the job's, and no process stays", async () => {
  let pid = 0;
  const onStep = (): void => {
    throw new RangeError("no room for this line");
  };
  const running = runJob(worker, "train", jobAt("listener"), onStep, undefined, {
    onChild: (child) => {
      pid = child.pid!;
    },
  });
  await assert.rejects(running, { name: "RangeError" });
  assert.ok(!isRunning(pid));
});
