/**
 * A model made ready to be trained in tfjs. Everything is computed in float32, whatever the precision asked
 * for, and every intermediate result is kept for the backward pass, whatever activation_checkpointing says.
 */
import { setImmediate } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs-core";
import { EngineError } from "../../errors.js";
import { embeddingName, headName } from "../../model/tensor-names.js";
import { initialValues } from "../initial-values.js";
import type { OpenSession, TrainingSession } from "../session.js";
import type { Block } from "../training-set.js";
import { createMask, createRotation } from "./attention-inputs.js";
import { openBackend } from "./backend.js";
import { type DecoderInputs, decode } from "./decoder.js";
import { createAdapterDropout, type Drop } from "./dropout.js";
import { headLoss, targetLosses } from "./head-loss.js";
import { createFlatArrays, gradientNorm, updateValues } from "./optimiser.js";
import { openWeights, type Weights } from "./weights.js";

export const openTfjsSession: OpenSession = async (job) => {
  const { checkpoint, layout, options } = job;
  const { config } = checkpoint;
  const device = await openBackend(job.compute);
  const model = openWeights(checkpoint, layout);
  const arrays = createFlatArrays(layout);
  for (const parameter of layout.parameters) {
    let at = parameter.offset;
    for (const piece of initialValues(parameter, checkpoint, options.seed)) {
      arrays.values.set(piece, at);
      at += piece.length;
    }
  }
  const dropout = createAdapterDropout(layout, { dropout: options.lora.dropout, seed: options.seed });
  const rotation = createRotation(config, job.blockLength);
  const head = config.tie_word_embeddings ? embeddingName : headName;
  const trainsHead = layout.parameters.some(({ name }) => name === head);
  const { maximumLogits } = job.sizes ?? {};

  /** The values as tensors, until they change; made outside of `tidy`, which would take them away. */
  let current: tf.Tensor[] | null = null;
  const trained = (): tf.Tensor[] => {
    current ??= model.trained(arrays.values);
    return current;
  };
  const changed = (): void => {
    tf.dispose(current ?? []);
    current = null;
  };

  const inputsOf = (blocks: readonly Block[], drop: Drop): DecoderInputs => ({
    ...{ blocks: blocks.length, length: job.blockLength, rotation, drop },
    tokens: tf.tensor1d(joined(blocks, "inputs"), "int32"),
    masks: masksOf(blocks, config.sliding_windows),
    adapterScale: options.lora.alpha / options.lora.rank,
  });

  /** Σ weight · nll of a micro-batch; adds its gradients to the flat array. */
  const accumulate = (blocks: readonly Block[], drop: Drop, weightSum: number): number => {
    const targets = {
      ids: joined(blocks, "targets"),
      weights: joined(blocks, "weights").map((weight) => weight / weightSum),
    };
    const values = trained();
    const { value, grads } = tf.tidy(() => {
      const inputs = inputsOf(blocks, drop);
      return tf.valueAndGrads((...tensors) => {
        const weights = model.weights(tensors);
        const hidden = decode(config, weights, inputs);
        return headLoss(hidden, tableOf(weights, head), targets, { trainsTable: trainsHead, maximumLogits });
      })(values);
    });
    for (const [i, { offset }] of model.leaves.entries()) {
      const gradient = grads[i]!.dataSync();
      for (let j = 0; j < gradient.length; j++) arrays.gradients[offset + j]! += gradient[j]!;
    }
    const loss = value.dataSync()[0]!;
    tf.dispose([value, ...grads]);
    return loss;
  };

  const session: TrainingSession = {
    device,
    layout,
    async computeGradients(blocks, step) {
      const { weightSum, tokens } = countWeights(blocks);
      arrays.gradients.fill(0);
      let loss = 0;
      for (const [i, some] of batches(blocks, options.micro_batch)) {
        loss += accumulate(some, dropout.draw(step, i, some.length * job.blockLength), weightSum);
        // What is computed blocks the process: here it hears that it is to stop.
        await setImmediate();
      }
      return { loss, tokens };
    },
    gradientNorm: async () => gradientNorm(arrays),
    async update(update, rate, norm) {
      updateValues(layout, arrays, options, { update, rate, norm });
      changed();
    },
    async evaluate(blocks) {
      const sums: number[] = [];
      for (const [, some] of batches(blocks, options.micro_batch)) {
        const values = trained();
        const losses = tf.tidy(() => {
          const weights = model.weights(values);
          const hidden = decode(
            config,
            weights,
            inputsOf(some, (x) => x),
          );
          return targetLosses(hidden, tableOf(weights, head), joined(some, "targets"), maximumLogits);
        });
        sums.push(...some.map(({ weights }, b) => weightedSum(weights, losses.subarray(b * weights.length))));
        await setImmediate();
      }
      return sums;
    },
    read(array, offset, into) {
      into.set(arrays[array].subarray(offset, offset + into.length));
    },
    write(array, offset, from) {
      arrays[array].set(from, offset);
      if (array === "values") changed();
    },
    close() {
      changed();
      dropout.close();
      model.close();
      tf.dispose([rotation.cosines, rotation.sines, rotation.swap]);
    },
  };
  return session;
};

const tableOf = (weights: Weights, name: string): tf.Tensor2D => weights(name) as tf.Tensor2D;

/** One mask for each window that occurs. */
function masksOf(blocks: readonly Block[], windows: readonly (number | null)[]): tf.Tensor[] {
  const masks = new Map([...new Set(windows)].map((window) => [window, createMask(blocks, window)]));
  return windows.map((window) => masks.get(window)!);
}

function* batches(blocks: readonly Block[], size: number): Generator<[index: number, blocks: readonly Block[]]> {
  for (let at = 0; at < blocks.length; at += size) yield [at / size, blocks.slice(at, at + size)];
}

function joined(blocks: readonly Block[], array: "inputs" | "targets"): Int32Array;
function joined(blocks: readonly Block[], array: "weights"): Float32Array;
function joined(blocks: readonly Block[], array: "inputs" | "targets" | "weights"): Int32Array | Float32Array {
  const length = blocks[0]![array].length;
  const all = array === "weights" ? new Float32Array(blocks.length * length) : new Int32Array(blocks.length * length);
  for (const [b, block] of blocks.entries()) all.set(block[array], b * length);
  return all;
}

const weightedSum = (weights: Float32Array, losses: Float32Array): number =>
  weights.reduce((sum, weight, i) => sum + weight * losses[i]!, 0);

function countWeights(blocks: readonly Block[]): { weightSum: number; tokens: number } {
  let weightSum = 0;
  let tokens = 0;
  for (const { weights } of blocks) {
    for (const weight of weights) {
      weightSum += weight;
      if (weight > 0) tokens++;
    }
  }
  if (tokens > 0) return { weightSum, tokens };
  throw new EngineError("engine.no_targets", "every loss weight in a step is 0: there is nothing to learn from", {
    hint: "Use more blocks per step, or leave out blocks without targets.",
  });
}
