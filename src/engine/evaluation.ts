/** Losses of all blocks of a set under a model, forwards only, on whatever engine opens the session. */
import { EngineError } from "../errors.js";
import { openCheckpoint } from "../model/checkpoint.js";
import type { EvaluationJob, EvaluationResult } from "./engine.js";
import { neutralOptions } from "./neutral-options.js";
import { nothingTrained } from "./parameter-layout.js";
import type { OpenSession } from "./session.js";
import { openBlocks } from "./training-data.js";

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
      const result: EvaluationResult = { block_losses: [], block_weights: [] };
      for (let from = 0; from < set.blocks; from += options.micro_batch) {
        const count = Math.min(options.micro_batch, set.blocks - from);
        const blocks = Array.from({ length: count }, (_, i) => set.read(from + i));
        for (const [i, loss] of (await session.evaluate(blocks)).entries()) {
          if (!Number.isFinite(loss)) throw notFinite(job, from + i, loss);
          result.block_losses.push(loss);
          result.block_weights.push(blocks[i]!.weights.reduce((sum, weight) => sum + weight, 0));
        }
        onBlock(result.block_losses.length, set.blocks);
        if (isInterrupted())
          throw new EngineError("engine.interrupted", `evaluation stopped after ${from + count} blocks`);
      }
      session.close();
      return result;
    } finally {
      set.close();
    }
  } finally {
    checkpoint.close();
  }
}

function notFinite(job: EvaluationJob, block: number, loss: number): EngineError {
  return new EngineError("engine.not_finite", `${job.data}, block ${block}: the loss under ${job.model} is ${loss}`, {
    hint: "The model's weights are not finite or far too large, or its type needs f32 precision.",
  });
}
