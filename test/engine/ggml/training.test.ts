import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, describe, it } from "node:test";
import type * as tfjs from "@tensorflow/tfjs-core";
import { runJob } from "../../../src/engine/child-job.js";
import type { StepReport, TrainingJob } from "../../../src/engine/engine.js";
import { ggmlWorker } from "../../../src/engine/ggml/engine.js";
import { neutralOptions } from "../../../src/engine/neutral-options.js";
import { getEngine } from "../../../src/engine/registry.js";
import { learningRate } from "../../../src/engine/schedule.js";
import { openTrainingData } from "../../../src/engine/training-data.js";
import { openCheckpoint } from "../../../src/model/checkpoint.js";
import { killParentInTraining } from "../killed-parent.js";
import { randomBlocks, relativeError, temporaryFolder, writeBlocks, writeMinuteModel } from "../minute-model.js";
import { referenceLoss } from "../reference-llama.js";
import { loadTensorflow } from "../tfjs.js";

const temporary = temporaryFolder();
after(temporary.remove);

type Changes = Partial<Omit<TrainingJob, "options">> & { options?: Partial<TrainingJob["options"]> };

function createJob(label: string, changes: Changes = {}, config: Record<string, unknown> = {}): TrainingJob {
  const folder = path.join(temporary.folder, label);
  mkdirSync(folder, { recursive: true });
  const { options, ...rest } = changes;
  return {
    model: rest.model ?? writeMinuteModel(path.join(folder, "model"), config),
    data: rest.data ?? oneSet(writeBlocks(path.join(folder, "data.blocks"), randomBlocks(7, 12, 40))),
    rows: [{ first: 0, end: 50 }],
    compute: { device: "cpu", threads: 1 },
    checkpoints: path.join(folder, "checkpoints"),
    output: path.join(folder, "output"),
    ...rest,
    options: {
      ...neutralOptions,
      schedule: "cosine",
      trainable: "full",
      steps: 6,
      blocks_per_step: 4,
      micro_batch: 4,
      learning_rate: 0.01,
      final_learning_rate_share: 0.1,
      warmup_steps: 2,
      beta1: 0.9,
      beta2: 0.95,
      epsilon: 1e-8,
      weight_decay: 0.1,
      clip_norm: 0.5,
      precision: "f32",
      seed: 3,
      checkpoint_every: 0,
      ...options,
    },
  };
}

function oneSet(file: string): TrainingJob["data"] {
  return { sets: [{ file, weight: 1 }] };
}

/** Of 50. */
const someRows = [
  { first: 5, end: 20 },
  { first: 22, end: 43 },
];

const weightsOf = (folder: string): Buffer => readFileSync(path.join(folder, "model.safetensors"));
const read = (folder: string, name: string): Float32Array => {
  const checkpoint = openCheckpoint(folder);
  const values = checkpoint.readFloat32(name);
  checkpoint.close();
  return values;
};

/** AdamW with decoupled decay as its paper has it, over tfjs gradients. */
async function trainReference(job: TrainingJob): Promise<{ losses: number[]; weights: Map<string, Float32Array> }> {
  const tf = await loadTensorflow();
  const checkpoint = openCheckpoint(job.model);
  const names = [...checkpoint.tensors.keys()];
  const weights = new Map(names.map((name) => [name, checkpoint.readFloat32(name)]));
  const shapes = names.map((name) => checkpoint.tensors.get(name)!.shape);
  const moments = new Map(
    names.map((name) => [name, { m: weights.get(name)!.map(() => 0), v: weights.get(name)!.map(() => 0) }]),
  );
  const o = job.options;
  const data = openTrainingData(job.data, checkpoint.config.vocab_size, o);
  const losses: number[] = [];
  for (let step = 1; step <= o.steps; step++) {
    const blocks = data.blocksOf(step).map((block) => block.read());
    const tensors = names.map((name, i) => tf.tensor(weights.get(name)!, shapes[i]!));
    const { value, grads } = tf.valueAndGrads((...t: tfjs.Tensor[]) =>
      referenceLoss(tf, checkpoint.config, Object.fromEntries(names.map((name, i) => [name, t[i]!])), blocks),
    )(tensors);
    losses.push(value.dataSync()[0]!);
    const gradients = grads.map((g) => g.dataSync() as Float32Array);
    const isTable = (i: number): boolean => shapes[i]![0] === checkpoint.config.vocab_size;
    const isTrained = (i: number, j: number): boolean => {
      const row = Math.floor(j / (shapes[i]![1] ?? 1));
      return !isTable(i) || job.rows.some(({ first, end }) => first <= row && row < end);
    };
    for (const [i, g] of gradients.entries()) for (const j of g.keys()) if (!isTrained(i, j)) g[j] = 0;
    const norm = Math.sqrt(gradients.reduce((sum, g) => sum + g.reduce((s, x) => s + x * x, 0), 0));
    const clip = o.clip_norm > 0 && norm > o.clip_norm ? o.clip_norm / norm : 1;
    const rate = learningRate(step, o);
    for (const [i, name] of names.entries()) {
      const w = weights.get(name)!;
      const { m, v } = moments.get(name)!;
      const decay = shapes[i]!.length > 1 ? o.weight_decay : 0;
      for (const j of w.keys()) {
        if (!isTrained(i, j)) continue;
        const g = gradients[i]![j]! * clip;
        m[j] = o.beta1 * m[j]! + (1 - o.beta1) * g;
        v[j] = o.beta2 * v[j]! + (1 - o.beta2) * g * g;
        const direction = m[j]! / (1 - o.beta1 ** step) / (Math.sqrt(v[j]! / (1 - o.beta2 ** step)) + o.epsilon);
        w[j] = w[j]! * (1 - rate * decay) - rate * direction;
      }
    }
  }
  checkpoint.close();
  return { losses, weights };
}

describe("training", () => {
  it("follows AdamW with clipping, decay and schedule as written in TypeScript over tfjs", async () => {
    const job = createJob("adamw", { options: { epsilon: 1e-4 } });
    const reports: StepReport[] = [];
    const result = await getEngine().train(job, (report) => reports.push(report));
    const expected = await trainReference(job);
    assert.equal(result.losses.length, 6);
    for (const [i, loss] of expected.losses.entries()) assert.ok(Math.abs(result.losses[i]! / loss - 1) < 1e-4);
    for (const [name, values] of expected.weights) {
      const error = relativeError(read(job.output, name), values);
      assert.ok(error < 1e-4, `${name}: ${error}`);
    }
    assert.deepEqual(
      reports.map((report) => report.step),
      [1, 2, 3, 4, 5, 6],
    );
    assert.equal(
      result.tokens,
      reports.reduce((sum, report) => sum + report.tokens, 0),
    );
    assert.equal(reports[1]!.learning_rate, 0.01);
    assert.ok(Math.abs(reports[5]!.learning_rate - 0.001) < 1e-9);
  });

  it("follows it where only some rows are trained; the others take part in the softmax but not in the gradient's norm", async () => {
    const padded = { rows: someRows, options: { epsilon: 1e-4, steps: 3, clip_norm: 0.1 } };
    for (const tie_word_embeddings of [false, true]) {
      const job = createJob(`padded-${tie_word_embeddings}`, padded, { tie_word_embeddings });
      const result = await getEngine().train(job);
      const expected = await trainReference(job);
      assert.ok(relativeError(result.losses, expected.losses) < 1e-4);
      for (const [name, values] of expected.weights) {
        const error = relativeError(read(job.output, name), values);
        assert.ok(error < 1e-4, `${name}: ${error}`);
      }
    }
  });

  it("gives the same by one pass over four blocks, by four passes over one, and by passes of three", async () => {
    const whole = createJob("whole", { options: { epsilon: 1e-4 } });
    const a = await getEngine().train(whole);
    for (const micro_batch of [1, 3]) {
      const parts = createJob(`parts${micro_batch}`, { model: whole.model, options: { epsilon: 1e-4, micro_batch } });
      const b = await getEngine().train(parts);
      assert.ok(relativeError(a.losses, b.losses) < 1e-5);
      for (const name of ["lm_head.weight", "model.norm.weight", "model.layers.0.mlp.up_proj.weight"]) {
        assert.ok(relativeError(read(whole.output, name), read(parts.output, name)) < 1e-4, name);
      }
    }
  });

  it("gives the same on one thread and on two, which take half of the blocks each", async () => {
    const one = createJob("one-thread", { options: { epsilon: 1e-4, steps: 3 } });
    const a = await getEngine().train(one);
    for (const micro_batch of [4, 3, 1]) {
      const two = createJob(`two-threads-${micro_batch}`, {
        ...{ model: one.model, data: one.data, compute: { device: "cpu", threads: 2 } },
        options: { epsilon: 1e-4, steps: 3, micro_batch },
      });
      const b = await getEngine().train(two);
      assert.ok(relativeError(a.losses, b.losses) < 1e-5);
      for (const name of ["lm_head.weight", "model.layers.0.self_attn.k_proj.weight"]) {
        assert.ok(relativeError(read(one.output, name), read(two.output, name)) < 1e-4, name);
      }
      const again = await getEngine().train({ ...two, output: `${two.output}-again` });
      assert.deepEqual(again.losses, b.losses);
      assert.deepEqual(weightsOf(`${two.output}-again`), weightsOf(two.output));
    }
  });

  it("leaves rows that are not trained and frozen tensors as they are to the bit", async () => {
    for (const trainable of ["embeddings", "full"] as const) {
      for (const tie_word_embeddings of [false, true]) {
        const job = createJob(
          `frozen-${trainable}-${tie_word_embeddings}`,
          { rows: someRows, options: { trainable } },
          { tie_word_embeddings },
        );
        await getEngine().train(job);
        const before = openCheckpoint(job.model);
        const trained = openCheckpoint(job.output);
        for (const [name, { shape }] of before.tensors) {
          const [a, b] = [before.read(name), trained.read(name)];
          const isTable = shape[0] === 50;
          const rowBytes = isTable ? a.length / 50 : 0;
          const kept = isTable
            ? [
                [0, 5],
                [20, 22],
                [43, 50],
              ]
            : [];
          for (const [first, end] of kept) {
            const rows = [first! * rowBytes, end! * rowBytes] as const;
            assert.deepEqual(a.subarray(...rows), b.subarray(...rows), `${name}, rows from ${first}`);
          }
          const changed = Buffer.compare(a, b) !== 0;
          assert.equal(changed, isTable || trainable === "full", name);
        }
        before.close();
        trained.close();
      }
    }
  });

  it("keeps the types of the model that it started from", async () => {
    const folder = path.join(temporary.folder, "typed-model");
    const job = createJob("typed", { model: writeMinuteModel(folder, {}, "BF16") });
    await getEngine().train(job);
    const trained = openCheckpoint(job.output);
    for (const { dtype } of trained.tensors.values()) assert.equal(dtype, "BF16");
    trained.close();
  });
});

describe("an interrupted training", () => {
  const reference = createJob("reference");
  const finished = getEngine().train(reference);
  const resumable = (label: string): TrainingJob =>
    createJob(label, { model: reference.model, data: reference.data, options: { checkpoint_every: 2 } });

  it("continues after its process was killed and ends with the same bytes", async () => {
    const expected = await finished;
    const job = resumable("killed");
    let pid: number | undefined;
    const killed = runJob(
      ggmlWorker,
      "train",
      job,
      ({ step }) => step === 5 && process.kill(pid!, "SIGKILL"),
      undefined,
      {
        onChild: (child) => {
          pid = child.pid;
        },
      },
    );
    await assert.rejects(killed, { name: "EngineError", code: "engine.died" });
    assert.ok(!existsSync(job.output));
    const steps: number[] = [];
    const result = await getEngine().train(job, ({ step }) => steps.push(step));
    assert.deepEqual(steps, [5, 6]);
    assert.deepEqual(result.losses, expected.losses);
    assert.equal(result.tokens, expected.tokens);
    assert.deepEqual(weightsOf(job.output), weightsOf(reference.output));
  });

  it("leaves no process behind when the parent is killed, and ends with the same bytes when started again", async () => {
    const options = { steps: 300, checkpoint_every: 7 };
    const whole = createJob("whole-parent", { model: reference.model, data: reference.data, options });
    const job = createJob("orphan", { model: reference.model, data: reference.data, options });
    await killParentInTraining({ worker: ggmlWorker.href, job, killAfter: 100 });

    const steps: number[] = [];
    const result = await getEngine().train(job, ({ step }) => steps.push(step));
    assert.ok(steps[0]! > 90 && steps[0]! % 7 === 1, `continued at step ${steps[0]}`);
    assert.deepEqual(
      steps,
      steps.map((_, i) => steps[0]! + i),
    );
    const expected = await getEngine().train(whole);
    assert.deepEqual({ ...result, peak_mb: 0 }, { ...expected, peak_mb: 0 });
    assert.deepEqual(weightsOf(job.output), weightsOf(whole.output));
  });

  it("stops after a step when asked to and continues there", async () => {
    await finished;
    const job = resumable("aborted");
    const controller = new AbortController();
    await assert.rejects(
      getEngine().train(job, ({ step }) => step === 3 && controller.abort(), controller.signal),
      { name: "EngineError", code: "engine.interrupted" },
    );
    const steps: number[] = [];
    await getEngine().train(job, ({ step }) => steps.push(step));
    assert.equal(steps.at(-1), 6);
    assert.ok(steps[0]! >= 4);
    assert.deepEqual(weightsOf(job.output), weightsOf(reference.output));
  });

  it("passes over damaged checkpoints and those of another training", async () => {
    await finished;
    const job = resumable("damaged");
    await getEngine().train({ ...job, output: `${job.output}-first` });
    const files = readdirSync(job.checkpoints).sort();
    assert.deepEqual(files, ["000000002.checkpoint", "000000004.checkpoint"]);
    const newest = path.join(job.checkpoints, files[1]!);
    const bytes = readFileSync(newest);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(newest, bytes);
    const steps: number[] = [];
    await getEngine().train(job, ({ step }) => steps.push(step));
    assert.deepEqual(steps, [3, 4, 5, 6]);
    assert.deepEqual(weightsOf(job.output), weightsOf(reference.output));

    truncateSync(path.join(job.checkpoints, "000000004.checkpoint"), 1000);
    rmSync(path.join(job.checkpoints, "000000002.checkpoint"), { force: true });
    const other: TrainingJob = { ...job, options: { ...job.options, seed: 4 } };
    const again: number[] = [];
    await getEngine().train(other, ({ step }) => again.push(step));
    assert.equal(again[0], 1);
  });
});

describe("a training that cannot be done", () => {
  it("says which step and blocks are not finite", async () => {
    const job = createJob("nan", { options: { learning_rate: 1e30, clip_norm: 0, warmup_steps: 0, weight_decay: 0 } });
    await assert.rejects(getEngine().train(job), (error: Error & { code: string }) => {
      assert.equal(error.code, "engine.not_finite");
      assert.match(error.message, /step \d+.*block \d/);
      return true;
    });
    assert.ok(!existsSync(job.output));
  });

  it("names the block and position of an id beyond the model", async () => {
    const data = writeBlocks(path.join(temporary.folder, "wide.blocks"), randomBlocks(3, 12, 60));
    await assert.rejects(getEngine().train(createJob("wide", { data: oneSet(data) })), {
      name: "CorpusError",
      code: "training_set.id",
      message: /wide\.blocks, block \d, position \d+: token id 5\d/,
    });
  });

  it("turns a failed assertion of ggml into an error", async () => {
    const worker = new URL("asserting-worker.js", import.meta.url);
    const running = runJob(worker, "train", createJob("assertion"));
    await assert.rejects(running, (error: Error & { code: string; hint: string }) => {
      assert.equal(error.name, "EngineError");
      assert.equal(error.code, "engine.assertion");
      assert.match(error.message, /GGML_ASSERT/);
      assert.ok(error.hint.length > 0);
      return true;
    });
  });
});
