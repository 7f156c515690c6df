/** Losses where a target's probability is too small for float32, against tfjs (log-softmax, not the log of a softmax). */
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import * as tfjs from "@tensorflow/tfjs-core";
import { runJob } from "../../../src/engine/child-job.js";
import { ggmlWorker } from "../../../src/engine/ggml/engine.js";
import { getEngine } from "../../../src/engine/registry.js";
import { openCheckpoint } from "../../../src/model/checkpoint.js";
import { createRandomModel } from "../../../src/model/random-model.js";
import { minuteConfig, randomBlocks, relativeError, temporaryFolder, writeBlocks } from "../minute-model.js";
import { type NamedTensors, referenceLoss } from "../reference-llama.js";
import { loadTensorflow } from "../tfjs.js";

const temporary = temporaryFolder();
after(temporary.remove);
before(loadTensorflow);

const compute = { device: "cpu", threads: 1 } as const;
/** More lost positions than are computed again at a time. */
const blocks = randomBlocks(8, 12, 50);
const data = writeBlocks(path.join(temporary.folder, "data.blocks"), blocks);

for (const tie_word_embeddings of [false, true]) {
  describe(`a model with huge logits, ${tie_word_embeddings ? "tied" : "not tied"}`, () => {
    const model = path.join(temporary.folder, `model-${tie_word_embeddings}`);
    const expected: number[] = [];
    const weightsOfBlocks = blocks.map(({ weights }) => weights.reduce((a, b) => a + b, 0));
    before(() => {
      createRandomModel(model, { ...minuteConfig, tie_word_embeddings }, { seed: 7, embedding_std: 100, dtype: "F32" });
      const checkpoint = openCheckpoint(model);
      const tensors: NamedTensors = {};
      for (const [name, { shape }] of checkpoint.tensors) {
        tensors[name] = tfjs.tensor(checkpoint.readFloat32(name), shape);
      }
      for (const [b, block] of blocks.entries()) {
        const mean = referenceLoss(tfjs, checkpoint.config, tensors, [block]).dataSync()[0]!;
        expected.push(mean * weightsOfBlocks[b]!);
      }
      checkpoint.close();
      // Otherwise nothing here is about lost probabilities: float32 ends at 104 nats.
      for (const [b, loss] of expected.entries()) assert.ok(loss / weightsOfBlocks[b]! > 104);
    });

    it("has the losses that it should have in an evaluation", async () => {
      for (const micro_batch of [3, 8]) {
        const result = await getEngine().evaluate({ model, data, precision: "f32", compute, micro_batch });
        assert.equal(result.block_losses.length, blocks.length);
        for (const [b, loss] of result.block_losses.entries()) {
          assert.ok(Math.abs(loss / expected[b]! - 1) < 1e-5, `block ${b}: ${loss}, not ${expected[b]}`);
        }
        assert.deepEqual(result.block_weights, weightsOfBlocks);
      }
      const rounded = await getEngine().evaluate({ model, data, precision: "bf16", compute, micro_batch: 8 });
      assert.ok(relativeError(rounded.block_losses, expected) < 0.02);
    });

    it("has them in a training step too, where the gradients stay finite", async () => {
      const job = { model, data, compute, options: { micro_batch: 4 } };
      const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
      const { loss, norm } = await runJob(ggmlWorker, "gradients", job);
      assert.ok(Math.abs(loss / (sum(expected) / sum(weightsOfBlocks)) - 1) < 1e-5);
      assert.ok(Number.isFinite(norm) && norm > 0);
      const pieces = await runJob(ggmlWorker, "gradients", { ...job, sizes: { maximumLogits: 5 * 50 } });
      assert.ok(Math.abs(pieces.loss / loss - 1) < 1e-6);
    });
  });
}
