import assert from "node:assert/strict";
import { test } from "node:test";
import { type ModelConfig, parseModelConfig } from "../../src/model/config.js";
import { tensorShapes } from "../../src/model/tensor-names.js";

const eight = { num_attention_heads: 32, num_key_value_heads: 8 };
const llama3 = { hidden_size: 4096, intermediate_size: 14336, num_hidden_layers: 32, ...eight };

/** Published models: what their config.json says of sizes, and `total_size` of their model.safetensors.index.json, bf16. */
const published = {
  "Meta-Llama-3-8B": { total: 16060522496, model_type: "llama", ...llama3, vocab_size: 128256 },
  "Mistral-7B-v0.1": { total: 14483464192, model_type: "mistral", ...llama3, vocab_size: 32000 },
  "Qwen2.5-7B": {
    total: 15231233024,
    model_type: "qwen2",
    hidden_size: 3584,
    intermediate_size: 18944,
    num_hidden_layers: 28,
    num_attention_heads: 28,
    num_key_value_heads: 4,
    vocab_size: 152064,
  },
  "Qwen2.5-3B": {
    total: 6171877376,
    model_type: "qwen2",
    hidden_size: 2048,
    intermediate_size: 11008,
    num_hidden_layers: 36,
    num_attention_heads: 16,
    num_key_value_heads: 2,
    vocab_size: 151936,
    tie_word_embeddings: true,
  },
  "Qwen3-32B": {
    total: 65524246528,
    model_type: "qwen3",
    hidden_size: 5120,
    intermediate_size: 25600,
    num_hidden_layers: 64,
    num_attention_heads: 64,
    num_key_value_heads: 8,
    head_dim: 128,
    vocab_size: 151936,
  },
};

for (const [name, { total, ...raw }] of Object.entries(published)) {
  test(`the tensors of ${name} have as many bytes as its files`, () => {
    const shapes = [...tensorShapes(parseModelConfig(raw, "config.json")).values()];
    assert.equal(2 * shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b), 0), total);
  });
}

/** Names of a block as the index files of Qwen2 and Qwen3 checkpoints list them (alphabetically). */
const weights = [
  "input_layernorm.weight",
  "mlp.down_proj.weight",
  "mlp.gate_proj.weight",
  "mlp.up_proj.weight",
  "post_attention_layernorm.weight",
  "self_attn.k_proj.weight",
  "self_attn.o_proj.weight",
  "self_attn.q_proj.weight",
  "self_attn.v_proj.weight",
];
const qkvBiases = ["self_attn.k_proj.bias", "self_attn.q_proj.bias", "self_attn.v_proj.bias"];
const qkNorms = ["self_attn.k_norm.weight", "self_attn.q_norm.weight"];

function config(model_type: string, changes: Record<string, unknown> = {}): ModelConfig {
  const sizes = { hidden_size: 8, intermediate_size: 12, num_hidden_layers: 2, num_attention_heads: 4 };
  const raw = { model_type, ...sizes, num_key_value_heads: 2, head_dim: 6, vocab_size: 10, ...changes };
  return parseModelConfig(raw, "config.json");
}

const namesOf = (model: ModelConfig): string[] =>
  [...tensorShapes(model).keys()]
    .filter((name) => name.startsWith("model.layers.1."))
    .map((name) => name.slice("model.layers.1.".length))
    .sort();

test("each family's blocks have the names that its checkpoints have", () => {
  assert.deepEqual(namesOf(config("llama")), weights);
  assert.deepEqual(namesOf(config("mistral")), weights);
  assert.deepEqual(namesOf(config("qwen2")), [...weights, ...qkvBiases].sort());
  assert.deepEqual(namesOf(config("qwen3")), [...weights, ...qkNorms].sort());
  const attention = [...qkvBiases, "self_attn.o_proj.bias"];
  assert.deepEqual(namesOf(config("qwen3", { attention_bias: true })), [...weights, ...qkNorms, ...attention].sort());
  const all = [...attention, "mlp.gate_proj.bias", "mlp.up_proj.bias", "mlp.down_proj.bias"];
  assert.deepEqual(namesOf(config("llama", { attention_bias: true, mlp_bias: true })), [...weights, ...all].sort());
});

test("a bias stands behind its weight and has its rows, a q/k norm has a head's", () => {
  const all = { attention_bias: true, mlp_bias: true };
  for (const model of [config("llama", all), config("qwen2"), config("qwen3", all)]) {
    const shapes = [...tensorShapes(model)];
    for (const [at, [name, shape]] of shapes.entries()) {
      if (!name.endsWith(".bias")) continue;
      const [before, [rows]] = shapes[at - 1] as [string, [number]];
      assert.equal(before, name.replace(/bias$/, "weight"));
      assert.deepEqual(shape, [rows]);
    }
    const norms = shapes.filter(([name]) => /[qk]_norm/.test(name));
    assert.deepEqual(
      norms.map(([, shape]) => shape),
      model.qk_norm ? new Array(4).fill([6]) : [],
    );
  }
});

test("embedding, final norm and head stand around the blocks; a tied head has no tensor", () => {
  const names = [...tensorShapes(config("qwen2")).keys()];
  assert.equal(names[0], "model.embed_tokens.weight");
  assert.deepEqual(names.slice(-2), ["model.norm.weight", "lm_head.weight"]);
  const tied = [...tensorShapes(config("qwen2", { tie_word_embeddings: true })).keys()];
  assert.deepEqual(tied, names.slice(0, -1));
});
