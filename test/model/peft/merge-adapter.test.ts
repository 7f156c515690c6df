import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, test } from "node:test";
import { CheckpointError } from "../../../src/errors.js";
import { float32Tensor, openCheckpoint, type TensorSource, writeCheckpoint } from "../../../src/model/checkpoint.js";
import { parseModelConfig } from "../../../src/model/config.js";
import { resolveModelFolder } from "../../../src/model/resolve-model-folder.js";
import { headName, tensorShapes } from "../../../src/model/tensor-names.js";
import { writeSafetensors } from "../../../src/model/write-safetensors.js";
import { loadTokenizer } from "../../../src/tokenizer/load-tokenizer.js";
import { temporaryFolder } from "../temporary-folder.js";
import { tinyConfig } from "../tiny-config.js";
import { writeTinyTokenizer } from "../tiny-tokenizer.js";

const root = temporaryFolder();
process.env.XDG_CACHE_HOME = path.join(root, "cache");
process.env.LEP_OFFLINE = "1";
const merged = path.join(root, "cache", "lep", "merged");

/** Numbers that numpy can make too, and that bf16 holds: ((131 i + 17 seed) mod 257 - 128) / 256. */
const numbers = (seed: number, count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => (((i * 131 + seed * 17) % 257) - 128) / 256);

const tensor = (name: string, seed: number, ...shape: number[]): TensorSource =>
  float32Tensor(
    name,
    shape,
    numbers(
      seed,
      shape.reduce((product, length) => product * length, 1),
    ),
  );

const small = {
  ...{ hidden_size: 8, intermediate_size: 12, num_attention_heads: 2, num_key_value_heads: 1, vocab_size: 10 },
};
const seeds: Record<string, number> = {
  "model.layers.0.self_attn.q_proj.weight": 1,
  "model.layers.1.self_attn.v_proj.weight": 4,
  "model.embed_tokens.weight": 7,
};

function makeBase(folder: string, changes: Record<string, unknown> = {}): string {
  const config = tinyConfig({ ...small, ...changes });
  const shapes = tensorShapes(parseModelConfig(config, "config.json"));
  writeCheckpoint(
    folder,
    config,
    [...shapes].map(([name, shape], i) => tensor(name, seeds[name] ?? 20 + i, ...shape)),
  );
  return folder;
}

let adapters = 0;
beforeEach(() => rmSync(merged, { recursive: true, force: true }));

function makeAdapter(config: Record<string, unknown>, tensors: TensorSource[]): string {
  const folder = path.join(root, `adapter-${adapters++}`);
  mkdirSync(folder);
  const whole = { peft_type: "LORA", base_model_name_or_path: "../base", r: 3, lora_alpha: 6, bias: "none", ...config };
  writeFileSync(path.join(folder, "adapter_config.json"), JSON.stringify(whole));
  writeSafetensors(path.join(folder, "adapter_model.safetensors"), tensors);
  return folder;
}

const base = makeBase(path.join(root, "base"));
const prefix = "base_model.model.";
const queries = `${prefix}model.layers.0.self_attn.q_proj`;
const values = `${prefix}model.layers.1.self_attn.v_proj`;
const queryPair = (): TensorSource[] => [
  tensor(`${queries}.lora_A.weight`, 2, 3, 8),
  tensor(`${queries}.lora_B.weight`, 3, 8, 3),
];

async function read(adapter: string, name: string): Promise<Float32Array> {
  const checkpoint = openCheckpoint(await resolveModelFolder(adapter));
  try {
    return checkpoint.readFloat32(name);
  } finally {
    checkpoint.close();
  }
}

const query = "model.layers.0.self_attn.q_proj.weight";

function close(actual: Float32Array, first: number[], last: [at: number, value: number], sum: number): void {
  const near = (a: number, b: number): void =>
    assert.ok(Math.abs(a - b) < 2e-6 * Math.max(1, Math.abs(b)), `${a} ${b}`);
  for (const [i, value] of first.entries()) near(actual[i]!, value);
  near(actual[last[0]]!, last[1]);
  near(
    actual.reduce((total, value) => total + value, 0),
    sum,
  );
}

async function refused(adapter: string): Promise<CheckpointError> {
  const error = await resolveModelFolder(adapter).then(
    () => assert.fail("nothing was thrown"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof CheckpointError, String(error));
  assert.deepEqual(
    readdirSync(path.join(root, "cache"), { recursive: true }).filter((name) => /json/.test(String(name))),
    [],
  );
  return error;
}
mkdirSync(path.join(root, "cache"));

test("W + alpha / r · B A, as numpy computes it in float64; all else is the base's", async () => {
  const adapter = makeAdapter({ target_modules: null }, queryPair());
  close(await read(adapter, query), [-0.21600342, -0.08407593, -0.21096802], [61, 0.053741455078125], -1.9375);
  const [whole, own] = [openCheckpoint(await resolveModelFolder(adapter)), openCheckpoint(base)];
  for (const name of own.tensors.keys()) if (name !== query) assert.deepEqual(whole.read(name), own.read(name), name);
  whole.close();
  own.close();
  assert.deepEqual(readdirSync(merged).length, 1);
});

test("rslora divides by the root of the rank", async () => {
  const adapter = makeAdapter({ use_rslora: true }, queryPair());
  const sum = -1.8631510898562855;
  close(await read(adapter, query), [-0.05671624, -0.20281525, -0.06229254], [61, 0.34186582230272866], sum);
});

test("patterns give modules ranks and alphas of their own, PEFT's other spellings are known", async () => {
  const adapter = makeAdapter({ rank_pattern: { "layers.1.self_attn.v_proj": 2 }, alpha_pattern: { v_proj: 5 } }, [
    ...queryPair(),
    tensor(`${values}.lora_A.default.weight`, 5, 2, 8),
    tensor(`${values}.lora_B.default.weight`, 6, 4, 2),
  ]);
  const v = await read(adapter, "model.layers.1.self_attn.v_proj.weight");
  close(v, [-0.28385162, 0.62265015, -0.24925232], [31, 0.08623504638671875], 7.54833984375);
});

test("an adapter of the embedding is added turned", async () => {
  const adapter = makeAdapter({}, [
    tensor(`${prefix}model.embed_tokens.lora_embedding_A`, 8, 3, 10),
    tensor(`${prefix}model.embed_tokens.lora_embedding_B`, 9, 8, 3),
  ]);
  const e = await read(adapter, "model.embed_tokens.weight");
  close(e, [-0.07766724, 0.32730103, -0.01281738], [79, 0.27606201171875], -0.22705078125);
});

test("whole tables take the place of the base's, with more rows too, under every name that PEFT gave them", async () => {
  for (const name of ["model.embed_tokens.weight", "embed_tokens.weight", "model.embed_tokens.base_layer.weight"]) {
    const adapter = makeAdapter({}, [
      tensor(`${prefix}${name}`, 30, 13, 8),
      tensor(`${prefix}lm_head.modules_to_save.weight`, 31, 13, 8),
    ]);
    const checkpoint = openCheckpoint(await resolveModelFolder(adapter));
    assert.equal(checkpoint.config.vocab_size, 13);
    assert.deepEqual(checkpoint.readFloat32("model.embed_tokens.weight"), numbers(30, 104));
    assert.deepEqual(checkpoint.readFloat32(headName), numbers(31, 104));
    checkpoint.close();
  }
});

test("of tied tables the embedding stays both, unless a head of its own is saved", async () => {
  makeBase(path.join(root, "tied"), { tie_word_embeddings: true });
  const embedding = tensor(`${prefix}model.embed_tokens.weight`, 30, 10, 8);
  const heads: [seed: number | undefined, tied: boolean][] = [
    [undefined, true],
    [30, true],
    [31, false],
  ];
  for (const [seed, tied] of heads) {
    const head = seed === undefined ? [] : [tensor(`${prefix}lm_head.weight`, seed, 10, 8)];
    const adapter = makeAdapter({ base_model_name_or_path: "somewhere/tied" }, [embedding, ...head]);
    const checkpoint = openCheckpoint(await resolveModelFolder(adapter));
    assert.equal(checkpoint.config.tie_word_embeddings, tied);
    assert.equal(checkpoint.tensors.has(headName), !tied);
    checkpoint.close();
  }
  const product = makeAdapter({ base_model_name_or_path: "../tied" }, [
    tensor(`${prefix}lm_head.lora_A.weight`, 2, 3, 8),
    tensor(`${prefix}lm_head.lora_B.weight`, 3, 10, 3),
  ]);
  rmSync(merged, { recursive: true });
  assert.match((await refused(product)).message, /one table/);
});

test("16-bit weights stay 16-bit, the tokenizer is the adapter's where it has one", async () => {
  const folder = makeBase(path.join(root, "half"));
  const own = openCheckpoint(folder);
  const halves = [...own.tensors.values()].map(({ name, shape }) =>
    float32Tensor(name, shape, own.readFloat32(name), "BF16"),
  );
  own.close();
  writeCheckpoint(folder, tinyConfig({ ...small, vocab_size: 300 }), [
    ...halves.filter(({ name }) => !/embed|head/.test(name)),
    ...["model.embed_tokens.weight", headName].map((name) => ({ ...tensor(name, 7, 300, 8), dtype: "BF16" as const })),
  ]);
  writeTinyTokenizer(folder);
  const adapter = makeAdapter({ base_model_name_or_path: folder }, queryPair());
  const first = await resolveModelFolder(adapter);
  assert.equal(openCheckpoint(first).tensors.get(query)!.dtype, "BF16");
  assert.ok((await loadTokenizer(first)).size > 0);
  renameSync(path.join(folder, "tokenizer.json"), path.join(adapter, "tokenizer.json"));
  const second = await resolveModelFolder(adapter);
  assert.notEqual(second, first);
  assert.ok((await loadTokenizer(second)).size > 0);
});

test("merged once: the same adapter is found, a changed one is merged again", async () => {
  const adapter = makeAdapter({}, queryPair());
  const folder = await resolveModelFolder(adapter);
  assert.equal(await resolveModelFolder(adapter), folder);
  const config = path.join(adapter, "adapter_config.json");
  writeFileSync(config, readFileSync(config, "utf8").replace('"lora_alpha":6', '"lora_alpha":7'));
  assert.notEqual(await resolveModelFolder(adapter), folder);
  assert.equal(await resolveModelFolder(adapter, { weights: false }), adapter);
});

test("an adapter on an adapter is merged on top, one that is its own base is refused", async () => {
  const first = makeAdapter({}, queryPair());
  const second = makeAdapter({ base_model_name_or_path: first }, queryPair());
  const [one, two, zero] = [await read(first, query), await read(second, query), numbers(1, 64)];
  assert.ok(two.every((value, i) => Math.abs(value - (2 * one[i]! - zero[i]!)) < 1e-5));
  const config = JSON.parse(readFileSync(path.join(first, "adapter_config.json"), "utf8"));
  writeFileSync(
    path.join(first, "adapter_config.json"),
    JSON.stringify({ ...config, base_model_name_or_path: second }),
  );
  rmSync(merged, { recursive: true });
  assert.equal((await refused(second)).code, "checkpoint.adapter_base");
});

test("what cannot be followed is refused with the key", async () => {
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ use_dora: true }, /use_dora/],
    [{ fan_in_fan_out: true }, /fan_in_fan_out/],
    [{ bias: "all" }, /bias/],
    [{ peft_type: "IA3" }, /peft_type/],
    [{ init_lora_weights: "pissa" }, /init_lora_weights/],
    [{ rank_pattern: { "(a+)+$": 2 } }, /rank_pattern.*\(a\+\)\+/],
    [{ trainable_token_indices: [1, 2] }, /trainable_token_indices/],
    [{ layer_replication: [[0, 1]] }, /layer_replication/],
    [{ something_new: 3, r: 0 }, /r: .*something_new/],
  ];
  for (const [config, message] of cases) {
    const error = await refused(makeAdapter(config, queryPair()));
    assert.equal(error.code, "checkpoint.adapter_config");
    assert.match(error.message, message);
    assert.match(error.message, /adapter_config\.json/);
  }
  assert.equal((await refused(makeAdapter({ base_model_name_or_path: null }, []))).code, "checkpoint.adapter_base");
  assert.equal((await refused(makeAdapter({ base_model_name_or_path: "org/nowhere" }, []))).code, "checkpoint.offline");
});

test("a base that is not there, or is none, is a fault of the adapter that names it", async () => {
  const folder = path.join(root, "no model");
  mkdirSync(folder);
  symlinkSync("nowhere", path.join(folder, "broken link"));
  for (const [base, code] of [
    ["/home/somebody/llama", "checkpoint.not_found"],
    ["org/nowhere", "checkpoint.offline"],
  ]) {
    const error = await refused(makeAdapter({ base_model_name_or_path: base }, []));
    assert.equal(error.code, code);
    assert.ok(error.message.includes(`adapter_config.json: base_model_name_or_path: ${base}: `), error.message);
  }
  const none = await refused(makeAdapter({ base_model_name_or_path: "../no model" }, queryPair()));
  assert.equal(none.code, "checkpoint.config_missing");
});

test("an adapter for another model, or not whole, is refused before any work", async () => {
  const [a, b] = queryPair() as [TensorSource, TensorSource];
  const cases: [Record<string, unknown>, TensorSource[], RegExp][] = [
    [{}, [a], /no B beside/],
    [{}, [], /no tensor/],
    [{}, [tensor(a.name, 2, 3, 16), b], /q_proj\.lora_A.*\[3, 16\].*\[3, 8\]/],
    [{ r: 4 }, [a, b], /\[3, 8\].*\[4, 8\]/],
    [{}, [a, b, tensor(`${prefix}model.layers.7.mlp.up_proj.lora_A.weight`, 1, 3, 8)], /layers\.7\.mlp.*nothing/],
    [{}, [a, b, tensor(`${prefix}model.embed_tokens.weight`, 1, 13, 8)], /13 rows.*LM head has 10/],
    [{ target_modules: ["q_proj"] }, [a, b], /nothing for model\.layers\.1\.self_attn\.q_proj/],
    [{ modules_to_save: ["lm_head"] }, [a, b], /nothing for lm_head/],
    [{}, [a, b, tensor(`${queries}.lora_A.default.weight`, 2, 3, 8)], /same tensor/],
  ];
  for (const [config, tensors, message] of cases) {
    const error = await refused(makeAdapter(config, tensors));
    assert.equal(error.code, "checkpoint.adapter_differs");
    assert.match(error.message, message);
  }
  const cut = makeAdapter({}, queryPair());
  const file = path.join(cut, "adapter_model.safetensors");
  writeFileSync(file, readFileSync(file).subarray(0, -5));
  assert.equal((await refused(cut)).code, "checkpoint.truncated");
  rmSync(file);
  assert.equal((await refused(cut)).code, "checkpoint.weights_missing");
});
