/** What is trained: the models that the entries measure, and how many tokens of them in a step. Both sides get the same. */
import type { RowRange, TrainingOptions } from "../../src/engine/engine.js";
import type { TensorType } from "../../src/model/float-formats.js";

export interface TrainingShape {
  /** Of the model's folder; shapes of one model share it. */
  model: string;
  /** config.json. */
  config: ModelConfig;
  /** Of the weights in the file. */
  dtype: TensorType;
  /** Blocks in a step, and positions in a block. */
  blocks: number;
  length: number;
  /** Rows of both tables that are trained, up to the last; all where left out. */
  rows?: RowRange;
  /** Beyond `adamw` and what embeddings-only training takes. */
  options?: Partial<TrainingOptions>;
}

export type ModelConfig = ReturnType<typeof llama>;

/** A Llama's config.json. */
export function llama(size: {
  width: number;
  inner: number;
  layers: number;
  heads: number;
  groups: number;
  vocabulary: number;
  longest: number;
}) {
  return {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_size: size.width,
    intermediate_size: size.inner,
    num_hidden_layers: size.layers,
    num_attention_heads: size.heads,
    num_key_value_heads: size.groups,
    head_dim: size.width / size.heads,
    vocab_size: size.vocabulary,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    max_position_embeddings: size.longest,
    tie_word_embeddings: false,
    bos_token_id: 0,
    eos_token_id: 1,
  };
}

export const adamw = { learning_rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.01 };

/** 8 layers of 512 dimensions, 32,000 tokens; 4 × 256 a step. */
export const medium: TrainingShape = {
  model: "medium",
  config: llama({ width: 512, inner: 1536, layers: 8, heads: 8, groups: 4, vocabulary: 32_000, longest: 256 }),
  ...{ dtype: "F32", blocks: 4, length: 256 },
};

/** LLaMa-3-8B's dimensions, some of its layers. */
export function llama3(layers: number) {
  const size = { width: 4096, inner: 14_336, heads: 32, groups: 8, vocabulary: 128_256, longest: 8192 };
  return llama({ ...size, layers });
}

/** LLaMa-3-8B's first layer, embedding and head; 512 tokens a step. */
export const llama3Layer: TrainingShape = {
  model: "llama-3-8b-1-layer",
  config: llama3(1),
  ...{ dtype: "BF16", blocks: 1, length: 512 },
  options: { precision: "bf16" },
};

/** The same, of both tables only the last 8,000 rows. */
export const llama3LayerNewRows: TrainingShape = { ...llama3Layer, rows: { first: 120_256, end: 128_256 } };

/** Trained numbers beyond what is computed in lanes (see lanes.ts), and yet a step of about 100 ms on two cores. */
export const brief: TrainingShape = {
  model: "brief",
  config: llama({ width: 512, inner: 1024, layers: 2, heads: 8, groups: 4, vocabulary: 16_000, longest: 128 }),
  ...{ dtype: "F32", blocks: 1, length: 128 },
  options: { precision: "bf16" },
};

/** A model whose step takes some milliseconds. */
export const small: TrainingShape = {
  model: "small",
  config: llama({ width: 128, inner: 256, layers: 4, heads: 4, groups: 2, vocabulary: 2048, longest: 128 }),
  ...{ dtype: "F32", blocks: 2, length: 64 },
  options: { precision: "bf16" },
};

/** As much memory as a small real model takes, at steps that are short enough to take thousands. */
export const lasting: TrainingShape = {
  model: "lasting",
  config: llama({ width: 256, inner: 512, layers: 4, heads: 4, groups: 2, vocabulary: 16_000, longest: 128 }),
  ...{ dtype: "F32", blocks: 1, length: 64 },
  options: { precision: "bf16" },
};

/** For notes. */
export function describeShape({ config, blocks, length, rows, options }: TrainingShape): string {
  const trained = rows === undefined ? "" : ` of ${rows.end - rows.first} rows`;
  return [
    `${config.hidden_size} dimensions, ${count(config.num_hidden_layers, "block")}`,
    `${config.num_attention_heads}/${config.num_key_value_heads} heads, feed-forward ${config.intermediate_size}`,
    `vocabulary ${config.vocab_size}, ${blocks} × ${length} tokens a step`,
    `${options?.trainable ?? "embeddings only"}${trained}`,
  ].join(", ");
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
