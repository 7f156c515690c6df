/** Losses of all blocks of a set under a model, forwards only. */
import { EngineError } from "../../errors.js";
import { openCheckpoint } from "../../model/checkpoint.js";
import type { EvaluationJob, EvaluationResult } from "../engine.js";
import { openBackend } from "./backend.js";
import { openBlocks } from "./block-reader.js";
import { createInputs } from "./inputs.js";
import { createLossReader } from "./loss-reader.js";
import { buildPass } from "./pass.js";
import { loadWeights } from "./weights.js";

/** `isInterrupted` is asked after every micro-batch. Throws `LepError`. */
export async function evaluate(
  job: EvaluationJob,
  onBlock: (done: number, of: number) => void,
  isInterrupted: () => boolean,
): Promise<EvaluationResult> {
  const checkpoint = openCheckpoint(job.model);
  const { config } = checkpoint;
  try {
    const set = openBlocks(job.data, config.vocab_size);
    try {
      const backend = openBackend(job.compute.device, job.compute.threads);
      const weights = await loadWeights(backend, checkpoint, null, job.precision, []);
      const batch = Math.max(1, Math.min(job.micro_batch, set.blocks));
      const inputs = createInputs(backend, { blocks: batch, length: set.blockLength, width: config.hidden_size });
      const pass = buildPass(backend, config, weights, inputs, { kind: "forward", precision: job.precision });
      const reader = createLossReader(backend, config, weights, inputs, job.precision === "bf16");
      const result: EvaluationResult = { block_losses: [], block_weights: [] };
      for (let from = 0; from < set.blocks; from += batch) {
        const indices = Array.from({ length: Math.min(batch, set.blocks - from) }, (_, i) => from + i);
        const blocks = indices.map((i) => set.read(i));
        inputs.fill(blocks, 1);
        await pass.compute();
        for (const [i, loss] of (await reader.read(blocks)).entries()) {
          if (!Number.isFinite(loss)) throw notFinite(job, from + i, loss);
          result.block_losses.push(loss);
          result.block_weights.push(blocks[i]!.weights.reduce((sum, weight) => sum + weight, 0));
        }
        onBlock(result.block_losses.length, set.blocks);
        if (isInterrupted())
          throw new EngineError("engine.interrupted", `evaluation stopped after ${from + blocks.length} blocks`);
      }
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
