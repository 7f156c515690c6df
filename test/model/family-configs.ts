/** Tiny models of every family with random weights in which all that tells the families apart shows in the logits. */
import { float32Tensor, writeCheckpoint } from "../../src/model/checkpoint.js";
import { parseModelConfig } from "../../src/model/config.js";
import { tensorShapes } from "../../src/model/tensor-names.js";
import { createRandom } from "../../src/random.js";
import { sha256 } from "../../src/sha256.js";

const sizes = {
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 300,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  max_position_embeddings: 128,
  tie_word_embeddings: false,
};

const family = (name: string, changes: Record<string, unknown>): Record<string, unknown> => ({
  architectures: [`${name}ForCausalLM`],
  model_type: name.toLowerCase(),
  ...sizes,
  ...changes,
});

/** A window of the sliding variants; shorter than the texts of tests. */
export const window = 6;

/**
 * config.json by variant: each family with grouped-query attention, tied and untied, with every kind of bias, norm, window
 * and rotary scaling that the family can have.
 */
export const familyConfigs = {
  llama: family("Llama", {}),
  "llama, tied": family("Llama", { tie_word_embeddings: true, head_dim: 12 }),
  "llama, biases": family("Llama", { attention_bias: true, mlp_bias: true }),
  "llama, linear scaling": family("Llama", { rope_theta: 500, rope_scaling: { type: "linear", factor: 4 } }),
  "llama, llama3 scaling": family("Llama", {
    rope_theta: 500,
    rope_scaling: {
      rope_type: "llama3",
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 32,
    },
  }),
  mistral: family("Mistral", { sliding_window: null, head_dim: 16 }),
  "mistral, tied, sliding": family("Mistral", { tie_word_embeddings: true, sliding_window: window }),
  qwen2: family("Qwen2", {}),
  "qwen2, tied": family("Qwen2", { tie_word_embeddings: true }),
  "qwen2, linear scaling": family("Qwen2", { rope_scaling: { rope_type: "linear", factor: 2.5 } }),
  "qwen2, later layer sliding": family("Qwen2", {
    use_sliding_window: true,
    sliding_window: window,
    max_window_layers: 1,
  }),
  qwen3: family("Qwen3", { head_dim: 16 }),
  "qwen3, tied": family("Qwen3", { tie_word_embeddings: true, head_dim: 16 }),
  "qwen3, biases": family("Qwen3", { attention_bias: true, head_dim: 16 }),
  "qwen3, first layer sliding": family("Qwen3", {
    head_dim: 16,
    use_sliding_window: true,
    sliding_window: window,
    layer_types: ["sliding_attention", "full_attention"],
  }),
} as const satisfies Record<string, Record<string, unknown>>;

export type FamilyVariant = keyof typeof familyConfigs;

export const familyVariants = Object.keys(familyConfigs) as FamilyVariant[];

/**
 * Writes config.json and model.safetensors (f32) of a variant to `folder`, which it returns. Matrices and biases are normal
 * with a deviation of 0.3, at which attention looks at some places more than at others, and norms lie about one, so that a
 * norm left out shows. A tensor depends on its name and `seed` only.
 */
export function writeFamilyModel(
  folder: string,
  variant: FamilyVariant,
  changes: Record<string, unknown> = {},
  seed = 1,
): string {
  const config = { ...familyConfigs[variant], ...changes };
  const tensors = [...tensorShapes(parseModelConfig(config, variant))].map(([name, shape]) => {
    const { normal } = createRandom(Number.parseInt(sha256(`${seed} ${name}`).slice(0, 8), 16));
    const middle = /norm\.weight$/.test(name) ? 1 : 0;
    const length = shape.reduce((a, b) => a * b);
    return float32Tensor(
      name,
      shape,
      Float32Array.from({ length }, () => middle + 0.3 * normal()),
    );
  });
  writeCheckpoint(folder, config, tensors);
  return folder;
}
