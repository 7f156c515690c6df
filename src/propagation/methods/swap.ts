/**
 * Swap: E'_i = E'_b. The instruct model's blocks read the adapted base model's embeddings as they are, on the bet that
 * instruction tuning hardly moved the embedding space. (Learned Embedding Propagation, arXiv 2412.21140, section 3.)
 */
import type { PropagationMethod } from "../registry.js";

export const swap: PropagationMethod = {
  description: "take the adapted base model's embeddings as they are",
  equations: async () => undefined,
};
