import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { CheckpointError } from "../../src/errors.js";
import { parseModelConfig, readModelConfig } from "../../src/model/config.js";
import { temporaryFolder } from "./temporary-folder.js";
import { tinyConfig } from "./tiny-config.js";

const parse = (changes: Record<string, unknown>) => parseModelConfig(tinyConfig(changes), "config.json");
const fault = (changes: Record<string, unknown>): string => {
  try {
    parse(changes);
  } catch (error) {
    assert.ok(error instanceof CheckpointError);
    return `${error.message} ${error.hint ?? ""}`;
  }
  return assert.fail("was taken");
};

test("defaults are those of Hugging Face's LlamaConfig", () => {
  const raw = tinyConfig();
  for (const key of ["num_key_value_heads", "rms_norm_eps", "rope_theta", "tie_word_embeddings"]) delete raw[key];
  const config = parseModelConfig(raw, "config.json");
  assert.equal(config.num_key_value_heads, 4);
  assert.equal(config.head_dim, 16);
  assert.equal(config.rms_norm_eps, 1e-6);
  assert.equal(config.rope_theta, 10000);
  assert.equal(config.tie_word_embeddings, false);
  assert.equal(config.rope_scaling, null);
  assert.deepEqual(config.eos_token_ids, []);
  assert.equal(config.bos_token_id, undefined);
  assert.equal(config.raw, raw);
  assert.equal(parse({ head_dim: 32 }).head_dim, 32);
  assert.deepEqual(config.biased_modules, []);
  assert.equal(config.qk_norm, false);
  assert.deepEqual(config.sliding_windows, [null, null]);
});

test("every fault is in the one message", () => {
  const message = fault({ hidden_size: "64", vocab_size: -1, mlp_bias: 1, hidden_act: "gelu" });
  for (const key of ["config.json", "hidden_size", "vocab_size", "mlp_bias", "hidden_act"]) {
    assert.ok(message.includes(key), `${key} in ${message}`);
  }
  assert.match(fault({ num_key_value_heads: 3 }), /num_key_value_heads: 3 does not divide/);
  assert.match(fault({ hidden_size: 66 }), /hidden_size: 66 is not a multiple/);
  assert.match(fault({ eos_token_id: [1, 300] }), /eos_token_id: 300, but vocab_size is 300/);
  assert.match(fault({ num_hidden_layers: 1e9 }), /num_hidden_layers/);
  assert.match(fault({ quantization_config: { bits: 4 } }), /quantised/);
});

test("end ids come from generation_config.json where it names them", () => {
  const folder = temporaryFolder();
  const write = (name: string, value: unknown): void => writeFileSync(path.join(folder, name), JSON.stringify(value));
  write("config.json", tinyConfig({ bos_token_id: 5, eos_token_id: 1 }));
  assert.deepEqual(readModelConfig(folder).eos_token_ids, [1]);
  write("generation_config.json", { eos_token_id: [2, 3] });
  assert.deepEqual(readModelConfig(folder).eos_token_ids, [2, 3]);
  assert.equal(readModelConfig(folder).bos_token_id, 5);
  write("generation_config.json", { temperature: 0.6 });
  assert.deepEqual(readModelConfig(folder).eos_token_ids, [1]);
  write("generation_config.json", { eos_token_id: "x" });
  assert.throws(() => readModelConfig(folder), /generation_config\.json: eos_token_id/);
});

test("a file that is absent, broken or no object is named", () => {
  const folder = temporaryFolder();
  assert.throws(() => readModelConfig(path.join(folder, "none")), /none: there is no such model folder/);
  assert.throws(() => readModelConfig(folder), /there is no config\.json/);
  const file = path.join(folder, "config.json");
  for (const text of ["{", "[]", "null", "3", ""]) {
    writeFileSync(file, text);
    assert.throws(
      () => readModelConfig(folder),
      (error: unknown) => error instanceof CheckpointError && error.message.startsWith(file),
    );
  }
});
