/** Expected values: the configuration and modelling classes of transformers (models/llama, mistral, qwen2, qwen3). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CheckpointError } from "../../src/errors.js";
import { families } from "../../src/model/architectures.js";
import { type Architecture, type ModelConfig, parseModelConfig } from "../../src/model/config.js";

const classes = { llama: "Llama", mistral: "Mistral", qwen2: "Qwen2", qwen3: "Qwen3" } as const;

/** Only what has no default. */
function bare(architecture: Architecture, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    architectures: [`${classes[architecture]}ForCausalLM`],
    model_type: architecture,
    hidden_size: 4096,
    intermediate_size: 11008,
    num_hidden_layers: 3,
    num_attention_heads: 32,
    vocab_size: 1000,
    ...changes,
  };
}

const parse = (architecture: Architecture, changes: Record<string, unknown> = {}): ModelConfig =>
  parseModelConfig(bare(architecture, changes), "config.json");

function refused(raw: Record<string, unknown>): CheckpointError {
  try {
    parseModelConfig(raw, "some/config.json");
  } catch (error) {
    assert.ok(error instanceof CheckpointError);
    assert.ok(error.message.startsWith("some/config.json: "), error.message);
    return error;
  }
  return assert.fail("was taken");
}

test("absent keys mean what they mean in the family's configuration class", () => {
  const expected = {
    llama: { num_key_value_heads: 32, head_dim: 128, max_position_embeddings: 2048 },
    mistral: { num_key_value_heads: 8, head_dim: 128, max_position_embeddings: 131072 },
    qwen2: { num_key_value_heads: 32, head_dim: 128, max_position_embeddings: 32768 },
    qwen3: { num_key_value_heads: 32, head_dim: 128, max_position_embeddings: 32768 },
  };
  for (const architecture of Object.keys(families) as Architecture[]) {
    const config = parse(architecture);
    assert.equal(config.architecture, architecture);
    const { num_key_value_heads, head_dim, max_position_embeddings } = config;
    assert.deepEqual({ num_key_value_heads, head_dim, max_position_embeddings }, expected[architecture]);
    assert.equal(config.rms_norm_eps, 1e-6);
    assert.equal(config.rope_theta, 10000);
    assert.equal(config.rope_scaling, null);
    assert.equal(config.tie_word_embeddings, false);
    assert.equal(config.qk_norm, architecture === "qwen3");
  }
});

test("key-value heads of null are as many as query heads, in every family", () => {
  for (const architecture of Object.keys(families) as Architecture[]) {
    const config = parse(architecture, { num_attention_heads: 16, num_key_value_heads: null });
    assert.equal(config.num_key_value_heads, 16, architecture);
  }
  const { message } = refused(bare("mistral", { num_attention_heads: 4 }));
  assert.match(message, /num_key_value_heads: 8, what mistral has where the key is absent, does not divide/);
});

test("the head size of Qwen3 does not follow from the width, that of the others does", () => {
  // Qwen3-0.6B: 16 heads of 128 at a width of 1024.
  assert.equal(parse("qwen3", { hidden_size: 1024, num_attention_heads: 16, num_key_value_heads: 8 }).head_dim, 128);
  assert.equal(parse("qwen3", { head_dim: 64 }).head_dim, 64);
  // Mistral-Nemo: 32 heads of 128 at a width of 5120.
  assert.equal(parse("mistral", { hidden_size: 5120, head_dim: 128 }).head_dim, 128);
  assert.equal(parse("mistral", { hidden_size: 5120, head_dim: null }).head_dim, 160);
  assert.equal(parse("qwen2", { hidden_size: 1024 }).head_dim, 32);
});

test("which linear maps have a bias", () => {
  const attention = ["q_proj", "k_proj", "v_proj", "o_proj"];
  const biased = (architecture: Architecture, keys = {}): readonly string[] => parse(architecture, keys).biased_modules;
  assert.deepEqual(biased("llama"), []);
  assert.deepEqual(biased("llama", { attention_bias: false, mlp_bias: null }), []);
  assert.deepEqual(biased("llama", { attention_bias: true }), attention);
  assert.deepEqual(biased("llama", { mlp_bias: true }), ["gate_proj", "up_proj", "down_proj"]);
  assert.equal(biased("llama", { attention_bias: true, mlp_bias: true }).length, 7);
  assert.deepEqual(biased("qwen3"), []);
  assert.deepEqual(biased("qwen3", { attention_bias: true, mlp_bias: true }), attention);
  // These two do not look at the keys.
  const ignored = { attention_bias: true, mlp_bias: true };
  assert.deepEqual(biased("mistral", ignored), []);
  assert.deepEqual(biased("qwen2", ignored), ["q_proj", "k_proj", "v_proj"]);
  assert.deepEqual(biased("qwen2", { attention_bias: false }), ["q_proj", "k_proj", "v_proj"]);
});

test("model_type or architectures alone are enough", () => {
  for (const architecture of Object.keys(families) as Architecture[]) {
    assert.equal(parse(architecture, { architectures: undefined }).architecture, architecture);
    assert.equal(parse(architecture, { model_type: undefined }).architecture, architecture);
  }
  assert.match(
    refused(bare("llama", { model_type: undefined, architectures: undefined })).message,
    /model_type: missing/,
  );
});

test("model_type and architectures that disagree are refused with both", () => {
  const error = refused(bare("qwen2", { architectures: ["Qwen3ForCausalLM"] }));
  assert.equal(error.code, "checkpoint.architecture");
  assert.match(error.message, /"qwen2".*"Qwen3ForCausalLM"/);
  assert.ok(error.hint);
});

test("anything else is refused by name, mixtures of experts with a hint of their own", () => {
  for (const name of ["gpt2", "gemma2", "mistral3", "ministral", "llama4", "qwen2_vl"]) {
    const error = refused(bare("llama", { model_type: name, architectures: undefined }));
    assert.equal(error.code, "checkpoint.architecture");
    assert.ok(error.message.includes(`"${name}" is not supported; Llama, Mistral, Qwen2 and Qwen3 are`), error.message);
    assert.match(error.hint!, /LlamaForCausalLM/);
  }
  for (const name of ["mixtral", "qwen2_moe", "qwen3_moe"]) {
    const error = refused(bare("llama", { model_type: name, architectures: undefined }));
    assert.ok(error.message.includes(`"${name}" is not supported`) && /experts/.test(error.hint!), error.message);
  }
  const headless = refused(bare("llama", { architectures: ["LlamaForSequenceClassification"] }));
  assert.match(headless.message, /"LlamaForSequenceClassification" is not supported/);
});
