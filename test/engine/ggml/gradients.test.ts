/** Losses and gradients against tfjs autodiff over an independent Llama (reference-llama.ts). */
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import type * as tfjs from "@tensorflow/tfjs-core";
import { runJob } from "../../../src/engine/child-job.js";
import type { TrainingOptions } from "../../../src/engine/engine.js";
import { ggmlWorker } from "../../../src/engine/ggml/engine.js";
import type { GradientJob } from "../../../src/engine/gradient-probe.js";
import type { Block } from "../../../src/engine/training-set.js";
import { openCheckpoint } from "../../../src/model/checkpoint.js";
import { randomBlocks, relativeError, temporaryFolder, writeBlocks, writeMinuteModel } from "../minute-model.js";
import { type NamedTensors, referenceLoss } from "../reference-llama.js";
import { loadTensorflow } from "../tfjs.js";

const temporary = temporaryFolder();
after(temporary.remove);
let tf: typeof tfjs;
before(async () => {
  tf = await loadTensorflow();
});

function reference(model: string, blocks: Block[]): { loss: number; gradients: Record<string, Float32Array> } {
  const checkpoint = openCheckpoint(model);
  const weights: NamedTensors = {};
  for (const [name, { shape }] of checkpoint.tensors) weights[name] = tf.tensor(checkpoint.readFloat32(name), shape);
  checkpoint.close();
  const names = Object.keys(weights);
  const loss = (...tensors: tfjs.Tensor[]): tfjs.Tensor =>
    referenceLoss(tf, checkpoint.config, Object.fromEntries(names.map((name, i) => [name, tensors[i]!])), blocks);
  const tensors = names.map((name) => weights[name]!);
  const gradients = tf.grads(loss)(tensors);
  return {
    loss: loss(...tensors).dataSync()[0]!,
    gradients: Object.fromEntries(names.map((name, i) => [name, gradients[i]!.dataSync() as Float32Array])),
  };
}

type Changes = Partial<TrainingOptions> & Pick<GradientJob, "sizes">;

async function compare(
  label: string,
  changes: Record<string, unknown>,
  { sizes, ...options }: Changes = {},
  limit = 1e-4,
) {
  const model = writeMinuteModel(path.join(temporary.folder, label), changes);
  const rows = (changes.vocab_size as number) ?? 50;
  const blocks = randomBlocks(2, 12, rows);
  const data = writeBlocks(path.join(temporary.folder, `${label}.blocks`), blocks);
  const compute = { device: "cpu", threads: 1 } as const;
  const ours = await runJob(ggmlWorker, "gradients", {
    ...{ model, data, compute },
    ...(sizes !== undefined && { sizes }),
    options: { trainable: "full", precision: "f32", micro_batch: 2, ...options },
  });
  const expected = reference(model, blocks);
  assert.ok(Math.abs(ours.loss - expected.loss) < limit * expected.loss, `loss ${ours.loss}, not ${expected.loss}`);
  const names = Object.keys(ours.gradients);
  let squares = 0;
  for (const name of names) {
    const error = relativeError(ours.gradients[name]!, expected.gradients[name]!);
    assert.ok(error < limit, `${name}: relative error ${error}`);
    for (const g of expected.gradients[name]!) squares += g * g;
  }
  assert.ok(Math.abs(ours.norm / Math.sqrt(squares) - 1) < limit);
  return names;
}

describe("gradients", () => {
  it("of every tensor with grouped-query attention, segments and loss weights", async () => {
    const names = await compare("full", {});
    assert.equal(names.length, 2 + 1 + 2 * 9);
  });
  it("of a tied embedding", async () => {
    const names = await compare("tied", { tie_word_embeddings: true });
    assert.ok(!names.includes("lm_head.weight"));
  });
  it("of embedding and head through frozen blocks", async () => {
    const names = await compare("frozen", {}, { trainable: "embeddings" });
    assert.deepEqual(names.sort(), ["lm_head.weight", "model.embed_tokens.weight"]);
  });
  it("accumulated over micro-batches", async () => {
    await compare("accumulated", {}, { micro_batch: 1 });
  });
  it("with the head cut into pieces of 5 tokens", async () => {
    await compare("pieces", {}, { sizes: { maximumLogits: 5 * 50 } });
    await compare("pieces-tied", { tie_word_embeddings: true }, { sizes: { maximumLogits: 5 * 50 }, micro_batch: 1 });
  });
  it("with attention for one key-value head at a time, and blocks computed twice", async () => {
    await compare("scores", {}, { sizes: { maximumScores: 12 * 12 * 2 } });
    await compare("scores-one", { num_key_value_heads: 1 }, { sizes: { maximumScores: 1 } });
    await compare("checkpointing", {}, { activation_checkpointing: true });
    await compare("both", {}, { activation_checkpointing: true, sizes: { maximumScores: 12 * 12 * 2 } });
  });
  it("of a vocabulary so wide that its transpose is made in tiles, and of one that cannot be cut", async () => {
    await compare("wide", { vocab_size: 8320 });
    await compare("wide-tied", { vocab_size: 8320, tie_word_embeddings: true });
    await compare("wide-bf16", { vocab_size: 8320 }, { precision: "bf16", trainable: "embeddings" }, 0.05);
    await compare("wide-prime", { vocab_size: 8209 }, { trainable: "embeddings" });
  });
  it("with one key-value head, and with as many as queries", async () => {
    await compare("multi-query", { num_key_value_heads: 1 });
    await compare("multi-head", { num_key_value_heads: 4 });
  });
  it("with stretched rotary frequencies and a head dimension of its own", async () => {
    const rope_scaling = {
      rope_type: "llama3",
      factor: 4,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 64,
    };
    await compare("rope", { rope_scaling, rope_theta: 100, head_dim: 12 });
  });
  it("in bf16 to its precision", async () => {
    await compare("bf16", {}, { precision: "bf16" }, 0.05);
    await compare("bf16-frozen", {}, { precision: "bf16", trainable: "embeddings" }, 0.05);
  });
});
