/**
 * A model made ready to be trained in tfjs. Everything is computed in float32, whatever the precision asked
 * for, and every intermediate result is kept for the backward pass, whatever activation_checkpointing says.
 */
import { setImmediate } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs-core";
import { countWeights } from "../count-weights.js";
import { initialValues } from "../initial-values.js";
import type { OpenSession, SessionJob } from "../session.js";
import { openBackend } from "./backend.js";
import { createAdapterDropout } from "./dropout.js";
import { batches, weightedSum } from "./micro-batches.js";
import { createFlatArrays, type FlatArrays, gradientNorm, updateValues } from "./optimiser.js";
import { createPass } from "./pass.js";
import { measureFlops } from "./peak-flops.js";
import { openWeights } from "./weights.js";

export const openTfjsSession: OpenSession = async (job) => {
  const { checkpoint, layout, options, sizes } = job;
  const { lora, micro_batch, seed } = options;
  const { name: device } = await openBackend(job.compute);
  const model = openWeights(checkpoint, layout);
  const dropout = createAdapterDropout(layout, { dropout: lora.dropout, seed });
  const pass = createPass(checkpoint.config, model, { ...sizes, adapterScale: lora.alpha / lora.rank });
  const arrays = startingArrays(job);

  /** The values as tensors, until they change. */
  let current: tf.Tensor[] | null = null;
  const trained = (): tf.Tensor[] => {
    current ??= model.trained(arrays.values);
    return current;
  };
  const changed = (): void => {
    tf.dispose(current ?? []);
    current = null;
  };

  return {
    device,
    layout,
    async computeGradients(blocks, step) {
      const { weightSum, tokens } = countWeights(blocks);
      arrays.gradients.fill(0);
      let sum = 0;
      for (const [i, some] of batches(blocks, micro_batch)) {
        const drop = dropout.draw(step, i, some.length * some[0]!.inputs.length);
        const { loss, gradients } = pass.gradients(trained(), some, weightSum, drop);
        for (const [l, { offset }] of model.leaves.entries()) addTo(arrays.gradients, offset, gradients[l]!);
        sum += loss;
        await listen();
      }
      return { loss: sum, tokens };
    },
    gradientNorm: async () => gradientNorm(arrays),
    async update(update, rate, norm) {
      updateValues(layout, arrays, options, { update, rate, norm });
      changed();
    },
    async evaluate(blocks) {
      const sums: number[] = [];
      for (const [, some] of batches(blocks, micro_batch)) {
        const losses = pass.losses(trained(), some);
        sums.push(...some.map(({ weights }, b) => weightedSum(weights, losses.subarray(b * weights.length))));
        await listen();
      }
      return sums;
    },
    read: (array, offset, into) => into.set(arrays[array].subarray(offset, offset + into.length)),
    write(array, offset, from) {
      arrays[array].set(from, offset);
      if (array === "values") changed();
    },
    peakFlops: async () => measureFlops(),
    close() {
      changed();
      for (const part of [dropout, pass, model]) part.close();
    },
  };
};

/** Throws `CheckpointError` where the weights cannot be read. */
function startingArrays({ checkpoint, layout, options }: SessionJob): FlatArrays {
  const arrays = createFlatArrays(layout);
  for (const [offset, piece] of initialValues(layout, checkpoint, options.seed)) arrays.values.set(piece, offset);
  return arrays;
}

function addTo(array: Float32Array, offset: number, numbers: Float32Array): void {
  for (let i = 0; i < numbers.length; i++) array[offset + i]! += numbers[i]!;
}

/** A micro-batch blocks the process: between two it hears that it is to stop, or that nobody waits any more. */
const listen = (): Promise<void> => setImmediate();
