import { nothingTrained } from "../engine/parameter-layout.js";
import { trainingFlops } from "../engine/training-flops.js";
import type { ModelConfig } from "../model/config.js";

/** Floating-point operations of `tokens` positions forwards, in sequences of `length` (see training-flops.ts). */
export function forwardFlops(config: ModelConfig, tokens: number, length: number): number {
  const shape = { blocks: tokens / length, blockLength: length };
  return trainingFlops(config, nothingTrained, { activation_checkpointing: false }, shape);
}
