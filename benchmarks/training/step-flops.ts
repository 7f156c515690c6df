/**
 * Floating-point operations of an embeddings-only step: those of the matrix products, 2 a multiply-add (PaLM, Chowdhery et al. 2022,
 * appendix B), of the attention only the causal half. The blocks are frozen, so a product forwards costs one more for the
 * gradient that passes through; the head costs two more, the second for its own gradient. The input embedding is looked up.
 */

import { isTable } from "../../src/engine/parameter-layout.js";
import { parseModelConfig } from "../../src/model/config.js";
import { tensorShapes } from "../../src/model/tensor-names.js";
import type { TrainingShape } from "./shapes.js";

export function embeddingsStepFlops({ config, blocks, length }: TrainingShape): number {
  const { hidden_size, vocab_size, num_attention_heads, head_dim, num_hidden_layers } = config;
  let inBlocks = 0;
  for (const [name, shape] of tensorShapes(parseModelConfig(config, "config.json"))) {
    if (shape.length > 1 && !isTable(name)) inBlocks += shape[0]! * shape[1]!;
  }
  const pairs = (blocks * length * (length + 1)) / 2;
  const attention = 4 * num_hidden_layers * num_attention_heads * head_dim * pairs;
  return 2 * blocks * length * (2 * inBlocks + 3 * vocab_size * hidden_size) + 3 * attention;
}
