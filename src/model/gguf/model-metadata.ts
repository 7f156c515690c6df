/** Key-values of a GGUF that describe the model apart from its tokenizer. */
import type { ModelConfig } from "../config.js";
import type { GgufArchitecture } from "./gguf-architecture.js";
import type { GgufValue } from "./gguf-header.js";
import { type GgufType, ggufTypes } from "./gguf-types.js";

export function modelMetadata(config: ModelConfig, { name }: GgufArchitecture, type: GgufType): [string, GgufValue][] {
  const { rope_scaling: scaling } = config;
  const described: [string, GgufValue][] = [
    ["context_length", { u32: config.max_position_embeddings }],
    ["embedding_length", { u32: config.hidden_size }],
    ["block_count", { u32: config.num_hidden_layers }],
    ["feed_forward_length", { u32: config.intermediate_size }],
    ["attention.head_count", { u32: config.num_attention_heads }],
    ["attention.head_count_kv", { u32: config.num_key_value_heads }],
    ["attention.key_length", { u32: config.head_dim }],
    ["attention.value_length", { u32: config.head_dim }],
    ["attention.layer_norm_rms_epsilon", { f32: config.rms_norm_eps }],
    ["rope.freq_base", { f32: config.rope_theta }],
    ["rope.dimension_count", { u32: config.head_dim }],
    // The type llama3 is a tensor of divisors instead, see exported-tensors.ts.
    ...(scaling?.rope_type === "linear" ? linearScaling(scaling.factor) : []),
    ["vocab_size", { u32: config.vocab_size }],
  ];
  return [
    ["general.architecture", { string: name }],
    ["general.type", { string: "model" }],
    ["general.file_type", { u32: ggufTypes[type].file }],
    ["general.quantization_version", { u32: 2 }],
    ...described.map(([key, value]): [string, GgufValue] => [`${name}.${key}`, value]),
  ];
}

const linearScaling = (factor: number): [string, GgufValue][] => [
  ["rope.scaling.type", { string: "linear" }],
  ["rope.scaling.factor", { f32: factor }],
];
