/** The tensors of a checkpoint in Hugging Face layout: names, order and shapes ([rows, columns], a row is one output). */
import type { ModelConfig } from "./config.js";

export const embeddingName = "model.embed_tokens.weight";
export const finalNormName = "model.norm.weight";
export const headName = "lm_head.weight";

/** Linear maps of a block, by the name that checkpoints and PEFT give them. */
export const targetModules = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"] as const;
export type TargetModule = (typeof targetModules)[number];

/** Shapes of one block's tensors by the part of the name behind `model.layers.<n>.`. */
function blockShapes(config: ModelConfig): Map<string, number[]> {
  const width = config.hidden_size;
  const queries = config.num_attention_heads * config.head_dim;
  const keys = config.num_key_value_heads * config.head_dim;
  const shapes = new Map<string, number[]>();
  const norm = (part: string, length: number): void => void shapes.set(`${part}.weight`, [length]);
  const linear = (group: string, module: TargetModule, out: number, input: number): void => {
    shapes.set(`${group}.${module}.weight`, [out, input]);
    if (config.biased_modules.includes(module)) shapes.set(`${group}.${module}.bias`, [out]);
  };
  norm("input_layernorm", width);
  linear("self_attn", "q_proj", queries, width);
  linear("self_attn", "k_proj", keys, width);
  linear("self_attn", "v_proj", keys, width);
  if (config.qk_norm) {
    norm("self_attn.q_norm", config.head_dim);
    norm("self_attn.k_norm", config.head_dim);
  }
  linear("self_attn", "o_proj", width, queries);
  norm("post_attention_layernorm", width);
  linear("mlp", "gate_proj", config.intermediate_size, width);
  linear("mlp", "up_proj", config.intermediate_size, width);
  linear("mlp", "down_proj", width, config.intermediate_size);
  return shapes;
}

export const blockTensorName = (block: number, part: string): string => `model.layers.${block}.${part}`;

/** All tensors of the architecture in the order of the computation; the LM head is absent where it is the embedding. */
export function tensorShapes(config: ModelConfig): Map<string, number[]> {
  const shapes = new Map<string, number[]>([[embeddingName, [config.vocab_size, config.hidden_size]]]);
  for (let block = 0; block < config.num_hidden_layers; block++) {
    for (const [part, shape] of blockShapes(config)) shapes.set(blockTensorName(block, part), shape);
  }
  shapes.set(finalNormName, [config.hidden_size]);
  if (!config.tie_word_embeddings) shapes.set(headName, [config.vocab_size, config.hidden_size]);
  return shapes;
}
