/** Losses of all blocks of a set under a model, forwards only, on whatever engine opens the session. */
import { setImmediate as eventLoop } from "node:timers/promises";
import { EngineError } from "../errors.js";
import { openCheckpoint } from "../model/checkpoint.js";
import type { EvaluationJob, EvaluationResult } from "./engine.js";
import { neutralOptions } from "./neutral-options.js";
import { nothingTrained } from "./parameter-layout.js";
import type { OpenSession, TrainingSession } from "./session.js";
import { type CheckedBlocks, openBlocks } from "./training-data.js";

/** `isInterrupted` is asked after every micro-batch. Throws `LepError`. */
export async function evaluate(
  job: EvaluationJob,
  openSession: OpenSession,
  onBlock: (done: number, of: number) => void,
  isInterrupted: () => boolean,
): Promise<EvaluationResult> {
  const checkpoint = openCheckpoint(job.model);
  try {
    const set = openBlocks(job.data, checkpoint.config.vocab_size);
    try {
      const { precision, micro_batch, compute } = job;
      const options = { ...neutralOptions, precision, micro_batch: Math.min(micro_batch, set.blocks) };
      const session = await openSession({
        ...{ checkpoint, layout: nothingTrained, options, compute },
        blockLength: set.blockLength,
      });
      const measured = { set, file: job.data, weights: job.model, microBatch: options.micro_batch };
      const result = await evaluateBlocks(session, measured, isInterrupted, onBlock);
      session.close();
      if (result === null) throw new EngineError("engine.interrupted", "the evaluation was stopped");
      return result;
    } finally {
      set.close();
    }
  } finally {
    checkpoint.close();
  }
}

export interface MeasuredSet {
  set: CheckedBlocks;
  /** For messages: where the blocks come from, and what they are measured with. */
  file: string;
  weights: string;
  microBatch: number;
}

/** All blocks under the session's weights as they are now; null where it was interrupted before the last one. */
export async function evaluateBlocks(
  session: Pick<TrainingSession, "evaluate">,
  { set, file, weights, microBatch }: MeasuredSet,
  isInterrupted: () => boolean,
  onBlock: (done: number, of: number) => void = () => {},
): Promise<EvaluationResult | null> {
  const result: EvaluationResult = { block_losses: [], block_weights: [] };
  for (let from = 0; from < set.blocks; from += microBatch) {
    if (from > 0) {
      // An engine that never waits for its device would otherwise not let the interruption's message in.
      await eventLoop();
      if (isInterrupted()) return null;
    }
    const count = Math.min(microBatch, set.blocks - from);
    const blocks = Array.from({ length: count }, (_, i) => set.read(from + i));
    for (const [i, loss] of (await session.evaluate(blocks)).entries()) {
      if (!Number.isFinite(loss)) throw notFinite(`${file}, block ${from + i}`, weights, loss);
      result.block_losses.push(loss);
      result.block_weights.push(blocks[i]!.weights.reduce((sum, weight) => sum + weight, 0));
    }
    onBlock(result.block_losses.length, set.blocks);
  }
  return result;
}

function notFinite(place: string, weights: string, loss: number): EngineError {
  return new EngineError("engine.not_finite", `${place}: the loss under ${weights} is ${loss}`, {
    hint: "The model's weights are not finite or far too large, or its type needs f32 precision.",
  });
}
