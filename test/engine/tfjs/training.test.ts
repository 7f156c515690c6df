/** The engine as it is used: in its child process, on one thread and on two. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, describe, it } from "node:test";
import { runJob } from "../../../src/engine/child-job.js";
import type { TrainingJob } from "../../../src/engine/engine.js";
import { neutralOptions } from "../../../src/engine/neutral-options.js";
import { tfjsWorker } from "../../../src/engine/tfjs/engine.js";
import { randomBlocks, temporaryFolder, writeBlocks, writeMinuteModel } from "../minute-model.js";

const temporary = temporaryFolder();
after(temporary.remove);

const model = writeMinuteModel(path.join(temporary.folder, "model"));
const data = writeBlocks(path.join(temporary.folder, "data.blocks"), randomBlocks(9, 12, 50));
const lora = { ...neutralOptions.lora, rank: 2, dropout: 0.1 };

function createJob(label: string): TrainingJob {
  return {
    ...{ model, data: { sets: [{ file: data, weight: 1 }] }, rows: [{ first: 4, end: 50 }] },
    compute: { device: "cpu", threads: 1 },
    checkpoints: path.join(temporary.folder, label, "checkpoints"),
    output: path.join(temporary.folder, label, "output"),
    options: {
      ...neutralOptions,
      ...{ trainable: "lora", lora, steps: 20, blocks_per_step: 4, micro_batch: 2, seed: 5 },
      ...{ learning_rate: 0.01, weight_decay: 0.1, clip_norm: 1, checkpoint_every: 6 },
    },
  };
}

const weightsOf = ({ output }: TrainingJob): Buffer => readFileSync(path.join(output, "model.safetensors"));

describe("a training in the tfjs engine's process", () => {
  const whole = createJob("whole");
  const finished = runJob(tfjsWorker, "train", whole);

  it("lowers the loss", async () => {
    const { steps, losses, peak_mb } = await finished;
    assert.equal(steps, 20);
    assert.ok(losses.at(-1)! < 0.9 * losses[0]!, `${losses}`);
    assert.ok(peak_mb > 20 && peak_mb < 2000, `${peak_mb} MB`);
  });

  it("continues after its process was killed and ends with the same bytes", async () => {
    const expected = await finished;
    const job = createJob("killed");
    let pid: number | undefined;
    const killed = runJob(
      tfjsWorker,
      "train",
      job,
      ({ step }) => step === 14 && process.kill(pid!, "SIGKILL"),
      undefined,
      {
        onChild: (child) => {
          pid = child.pid;
        },
      },
    );
    await assert.rejects(killed, { name: "EngineError", code: "engine.died" });
    const steps: number[] = [];
    const result = await runJob(tfjsWorker, "train", job, ({ step }) => steps.push(step));
    assert.ok(steps.includes(13) && steps.includes(20));
    assert.deepEqual(result.losses, expected.losses);
    assert.deepEqual(weightsOf(job), weightsOf(whole));
  });

  it("stops after a step when asked to, though a step holds up its process", async () => {
    await finished;
    const job = createJob("stopped");
    const controller = new AbortController();
    const stopped = runJob(tfjsWorker, "train", job, ({ step }) => step === 3 && controller.abort(), controller.signal);
    await assert.rejects(stopped, { name: "EngineError", code: "engine.interrupted" });
    await runJob(tfjsWorker, "train", job);
    assert.deepEqual(weightsOf(job), weightsOf(whole));
  });

  it("ends with the same bytes on two threads", async () => {
    const expected = await finished;
    const job = createJob("threads");
    job.compute.threads = 2;
    const result = await runJob(tfjsWorker, "train", job);
    assert.deepEqual(result.losses, expected.losses);
    assert.deepEqual(weightsOf(job), weightsOf(whole));
  });
});
