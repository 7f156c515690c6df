/** A model made ready to be trained: weights, inputs, passes and optimiser on the device. One step at a time. */

import { EngineError } from "../../errors.js";
import type { Checkpoint } from "../../model/checkpoint.js";
import type { RowRange, TrainingOptions } from "../engine.js";
import type { Block } from "../training-set.js";
import type { Backend } from "./backend.js";
import { openLanes } from "./lanes.js";
import { createOptimiser } from "./optimiser.js";
import type { Parameters } from "./parameters.js";
import { loadWeights, type Weights } from "./weights.js";

export interface TrainingSession {
  weights: Weights;
  parameters: Parameters;
  /** Gradients of all micro-batches of a step, and its loss: Σ w·nll / Σ w. */
  computeGradients(blocks: readonly Block[]): Promise<{ loss: number; tokens: number }>;
  gradientNorm(): Promise<number>;
  /** AdamW with clipping, after `computeGradients`; `step` from 1. */
  update(step: number, learningRate: number, norm: number): Promise<void>;
}

type SessionOptions = Omit<TrainingOptions, "steps" | "seed" | "checkpoint_every">;

/** `maximumLogits`: see head-graph.ts. Throws `EngineError`. */
export async function openTrainingSession(
  backend: Backend,
  checkpoint: Checkpoint,
  job: { rows: readonly RowRange[]; blockLength: number; options: SessionOptions; maximumLogits?: number | undefined },
): Promise<TrainingSession> {
  const { config } = checkpoint;
  const { precision, trainable, blocks_per_step } = job.options;
  const weights = await loadWeights(backend, checkpoint, trainable, precision, job.rows);
  const parameters = weights.parameters!;
  const microBatch = Math.max(1, Math.min(job.options.micro_batch, blocks_per_step));
  const single = microBatch >= blocks_per_step;
  const lanes = openLanes(backend, config, weights, {
    microBatch,
    blockLength: job.blockLength,
    kind: single ? "set_gradients" : "add_gradients",
    precision,
    maximumLogits: job.maximumLogits,
  });
  const optimiser = createOptimiser(backend, parameters, job.options);
  return {
    weights,
    parameters,
    ...optimiser,
    async computeGradients(blocks) {
      const { weightSum, tokens } = countWeights(blocks);
      if (!single) lanes.clear();
      let loss = 0;
      for (let from = 0; from < blocks.length; from += microBatch) {
        for (const sum of await lanes.run(blocks.slice(from, from + microBatch), weightSum)) loss += sum;
      }
      await lanes.collect();
      return { loss: loss / weightSum, tokens };
    },
  };
}

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
