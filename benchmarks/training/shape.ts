/** What both sides train: embedding and LM head of a Llama with frozen blocks. */
export const model = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  hidden_size: 512,
  intermediate_size: 1536,
  num_hidden_layers: 8,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  head_dim: 64,
  vocab_size: 32000,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  max_position_embeddings: 256,
  tie_word_embeddings: false,
  bos_token_id: 0,
  eos_token_id: 1,
};

export const batch = { blocks: 4, length: 256 };

export const adamw = { learning_rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.01 };

/** What one process of a side measured. */
export interface Run {
  /** Wall time of each step after the first, seconds. */
  seconds: number[];
  peak_mb: number;
}
