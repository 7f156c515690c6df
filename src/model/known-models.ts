/**
 * Shapes of models that are known without looking at the hub: those of the paper (arXiv 2412.21140), as the config.json of
 * each repository has them. Of no use but for plans: what is computed comes from the downloaded files.
 */
const llama3 = {
  ...{ model_type: "llama", hidden_size: 4096, intermediate_size: 14336, num_hidden_layers: 32 },
  ...{ num_attention_heads: 32, num_key_value_heads: 8, vocab_size: 128256, max_position_embeddings: 8192 },
  ...{ rms_norm_eps: 1e-5, rope_theta: 500000, tie_word_embeddings: false, torch_dtype: "bfloat16" },
};

const mistral = {
  ...{ model_type: "mistral", hidden_size: 4096, intermediate_size: 14336, num_hidden_layers: 32 },
  ...{ num_attention_heads: 32, num_key_value_heads: 8, vocab_size: 32000, max_position_embeddings: 32768 },
  ...{ rms_norm_eps: 1e-5, rope_theta: 10000, sliding_window: 4096, tie_word_embeddings: false },
  torch_dtype: "bfloat16",
};

/** By hub id. */
export const knownModels: Readonly<Record<string, Record<string, unknown>>> = {
  "meta-llama/Meta-Llama-3-8B": llama3,
  "meta-llama/Meta-Llama-3-8B-Instruct": llama3,
  "mistralai/Mistral-7B-v0.1": mistral,
  "mistralai/Mistral-7B-Instruct-v0.1": mistral,
  // Two added tokens more than the base.
  "openchat/openchat-3.5-0106": { ...mistral, vocab_size: 32002, max_position_embeddings: 8192 },
};
