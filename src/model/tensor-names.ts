/** The tensors of a Llama checkpoint in Hugging Face layout: names, order and shapes ([rows, columns], a row is one output). */
import type { ModelConfig } from "./config.js";

export const embeddingName = "model.embed_tokens.weight";
export const finalNormName = "model.norm.weight";
export const headName = "lm_head.weight";

/** Shapes of one block's tensors by the part of the name behind `model.layers.<n>.`. */
function blockShapes(config: ModelConfig): Record<string, number[]> {
  const width = config.hidden_size;
  const queries = config.num_attention_heads * config.head_dim;
  const keys = config.num_key_value_heads * config.head_dim;
  return {
    "input_layernorm.weight": [width],
    "self_attn.q_proj.weight": [queries, width],
    "self_attn.k_proj.weight": [keys, width],
    "self_attn.v_proj.weight": [keys, width],
    "self_attn.o_proj.weight": [width, queries],
    "post_attention_layernorm.weight": [width],
    "mlp.gate_proj.weight": [config.intermediate_size, width],
    "mlp.up_proj.weight": [config.intermediate_size, width],
    "mlp.down_proj.weight": [width, config.intermediate_size],
  };
}

export const blockTensorName = (block: number, part: string): string => `model.layers.${block}.${part}`;

/** All tensors of the architecture in the order of the computation; the LM head is absent where it is the embedding. */
export function tensorShapes(config: ModelConfig): Map<string, number[]> {
  const shapes = new Map<string, number[]>([[embeddingName, [config.vocab_size, config.hidden_size]]]);
  for (let block = 0; block < config.num_hidden_layers; block++) {
    for (const [part, shape] of Object.entries(blockShapes(config))) shapes.set(blockTensorName(block, part), shape);
  }
  shapes.set(finalNormName, [config.hidden_size]);
  if (!config.tie_word_embeddings) shapes.set(headName, [config.vocab_size, config.hidden_size]);
  return shapes;
}
