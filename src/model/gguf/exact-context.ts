import type { ModelConfig } from "../config.js";

/**
 * Positions for which llama.cpp computes the model as it was made. Its code for these families has no sliding window: up to
 * the shortest window there is nothing that one would hide, beyond it every position sees more than in training.
 */
export function exactContext(config: ModelConfig): number {
  return config.sliding_windows.reduce<number>(
    (shortest, window) => Math.min(shortest, window ?? shortest),
    config.max_position_embeddings,
  );
}
