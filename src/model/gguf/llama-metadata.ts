/** Key-values of a GGUF that describe a Llama model. */
import type { ModelConfig } from "../config.js";
import type { GgufValue } from "./gguf-header.js";
import { type GgufType, ggufTypes } from "./gguf-types.js";

export function llamaMetadata(config: ModelConfig, type: GgufType): [string, GgufValue][] {
  return [
    ["general.architecture", { string: "llama" }],
    ["general.type", { string: "model" }],
    ["general.file_type", { u32: ggufTypes[type].file }],
    ["general.quantization_version", { u32: 2 }],
    ["llama.context_length", { u32: config.max_position_embeddings }],
    ["llama.embedding_length", { u32: config.hidden_size }],
    ["llama.block_count", { u32: config.num_hidden_layers }],
    ["llama.feed_forward_length", { u32: config.intermediate_size }],
    ["llama.attention.head_count", { u32: config.num_attention_heads }],
    ["llama.attention.head_count_kv", { u32: config.num_key_value_heads }],
    ["llama.attention.key_length", { u32: config.head_dim }],
    ["llama.attention.value_length", { u32: config.head_dim }],
    ["llama.attention.layer_norm_rms_epsilon", { f32: config.rms_norm_eps }],
    ["llama.rope.freq_base", { f32: config.rope_theta }],
    ["llama.rope.dimension_count", { u32: config.head_dim }],
    ["llama.vocab_size", { u32: config.vocab_size }],
  ];
}
