/** The held-out data during training: its loss under the weights as they are after a step. */
import type { TrainingJob, Validation } from "./engine.js";
import { evaluateBlocks } from "./evaluation.js";
import type { TrainingSession } from "./session.js";
import { openBlocks } from "./training-data.js";

export interface OpenedValidation {
  blockLength: number;
  /** After `step`; null where it was interrupted before the last block. Throws `EngineError` where a loss is not finite. */
  measure(session: TrainingSession, step: number, isInterrupted: () => boolean): Promise<Validation | null>;
  close(): void;
}

/** Null where the job has none to measure. Throws `CorpusError` where the data is damaged or empty. */
export function openValidation(job: TrainingJob, vocabulary: number): OpenedValidation | null {
  const { validation, options } = job;
  if (validation === undefined || options.evaluate_every === 0) return null;
  const { file, characters } = validation;
  const set = openBlocks(file, vocabulary);
  return {
    blockLength: set.blockLength,
    async measure(session, step, isInterrupted) {
      const measured = { set, file, weights: `the weights after step ${step}`, microBatch: options.micro_batch };
      const result = await evaluateBlocks(session, measured, isInterrupted);
      if (result === null) return null;
      const nats = sum(result.block_losses);
      const bits_per_character = characters === null ? null : nats / characters / Math.LN2;
      return { loss: nats / sum(result.block_weights), bits_per_character };
    },
    close: set.close,
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
