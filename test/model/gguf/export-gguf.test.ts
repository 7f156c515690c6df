import assert from "node:assert/strict";
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { type GgufFileInfo, readGgufFileInfo } from "node-llama-cpp";
import { LepError } from "../../../src/errors.js";
import { copyTensor, float32Tensor, openCheckpoint, writeCheckpoint } from "../../../src/model/checkpoint.js";
import { exportGguf } from "../../../src/model/gguf/export-gguf.js";
import { startLlamaCpp } from "../../../src/model/llama-cpp.js";
import { createRandomModel } from "../../../src/model/random-model.js";
import { nextLogits } from "../reference-forward.js";
import { temporaryFolder } from "../temporary-folder.js";
import { tinyConfig } from "../tiny-config.js";
import { llama3Pattern, type TinyTokenizerOptions, tinyTokenizer, writeTinyTokenizer } from "../tiny-tokenizer.js";

const root = temporaryFolder();
let folders = 0;

/** A random model with a tokenizer of fewer ids than it has rows. */
function makeModel(changes: Record<string, unknown> = {}, tokenizer: TinyTokenizerOptions = {}): string {
  const folder = path.join(root, `model-${folders++}`);
  const size = writeTinyTokenizer(folder, tinyTokenizer(tokenizer));
  const config = tinyConfig({ vocab_size: size + 7, ...changes });
  // Weights large enough that attention looks at some places more than at others.
  createRandomModel(folder, config, { seed: 11, dtype: "F32", embedding_std: 1, projection_std: 0.15 });
  return folder;
}

const output = (name: string): string => path.join(root, "out", name);

async function exported(model: string, type: "f32" | "f16" | "bf16" | "q8_0"): Promise<string> {
  const out = output(`${path.basename(model)}-${type}.gguf`);
  await exportGguf({ model, out, type });
  return out;
}

async function failure(work: Promise<unknown>): Promise<LepError> {
  const error = await work.then(
    () => assert.fail("nothing was thrown"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof LepError, String(error));
  return error;
}

/** What llama.cpp makes of the file: its logits for the token after `ids`. */
async function llamaLogits(file: string, ids: readonly number[]): Promise<Float64Array> {
  const { llama } = await startLlamaCpp({ device: "cpu", threads: 1 });
  const model = await llama.loadModel({ modelPath: file, gpuLayers: 0 });
  const context = await model.createContext({ contextSize: 64, sequences: 1 });
  const sequence = context.getSequence();
  const last = ids.length - 1;
  const tokens = ids.map((id, i) =>
    i === last ? ([id, { generateNext: { logits: true } }] as [number, { generateNext: { logits: true } }]) : id,
  );
  const results = await sequence.controlledEvaluate(tokens as never);
  const { logits } = (results[last] as unknown as { next: { logits: Map<number, number> } }).next;
  const found = new Float64Array(model.fileInsights.totalLayers > 0 ? logits.size : 0);
  for (const [id, logit] of logits) found[id] = logit;
  await context.dispose();
  await model.dispose();
  return found;
}

const ids = [280, 116, 104, 101, 32, 208, 191, 209, 128, 280, 10, 49];

const variants: Record<string, Record<string, unknown>> = {
  "grouped-query attention, untied": {},
  "tied, head_dim apart from hidden_size": { tie_word_embeddings: true, head_dim: 32 },
  "LLaMa-3.1 rotary scaling": {
    rope_theta: 500,
    rope_scaling: {
      rope_type: "llama3",
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 32,
    },
  },
};

for (const [name, changes] of Object.entries(variants)) {
  test(`an f32 GGUF answers as the formulas do: ${name}`, async () => {
    const model = makeModel(changes);
    const found = await llamaLogits(await exported(model, "f32"), ids);
    const checkpoint = openCheckpoint(model);
    const expected = nextLogits(checkpoint, ids);
    checkpoint.close();
    assert.equal(found.length, expected.length);
    const spread = Math.max(...expected) - Math.min(...expected);
    assert.ok(spread > 1, "logits that say something");
    // llama.cpp keeps keys and values in f16.
    const worst = Math.max(...expected.map((value, i) => Math.abs(value - found[i]!)));
    assert.ok(worst < 2e-3 * spread, `${worst} of ${spread}`);
  });
}

test("16-bit and 8-bit files answer nearly the same", async () => {
  const model = makeModel();
  const checkpoint = openCheckpoint(model);
  const expected = nextLogits(checkpoint, ids);
  checkpoint.close();
  const spread = Math.max(...expected) - Math.min(...expected);
  const limits = { f16: 0.005, bf16: 0.02, q8_0: 0.03 };
  for (const [type, limit] of Object.entries(limits)) {
    const found = await llamaLogits(await exported(model, type as keyof typeof limits), ids);
    const worst = Math.max(...expected.map((value, i) => Math.abs(value - found[i]!)));
    assert.ok(worst < limit * spread, `${type}: ${worst} of ${spread}`);
  }
});

/** Bytes of a tensor where node-llama-cpp's own reader of the format says that they are. */
function tensorBytes(file: string, info: GgufFileInfo, name: string, bytes: number): Uint8Array {
  const tensor = info.fullTensorInfo!.find((entry) => entry.name === name)!;
  const data = new Uint8Array(bytes);
  const handle = openSync(file, "r");
  readSync(handle, data, 0, bytes, Number(tensor.fileOffset));
  return data;
}

test("names, shapes, key-values and bytes are as another reader of the format finds them", async () => {
  const model = makeModel({ bos_token_id: 3 }, { added: ["<custom>"] });
  const file = await exported(model, "f32");
  const info = await readGgufFileInfo(file, { logWarnings: false });
  const { metadata } = info;
  assert.equal(metadata.general.architecture, "llama");
  assert.deepEqual(
    {
      ...metadata.llama,
      attention: { ...metadata.llama!.attention, layer_norm_rms_epsilon: undefined },
    },
    {
      context_length: 256,
      embedding_length: 64,
      block_count: 2,
      feed_forward_length: 96,
      attention: {
        head_count: 4,
        head_count_kv: 2,
        key_length: 16,
        value_length: 16,
        layer_norm_rms_epsilon: undefined,
      },
      rope: { freq_base: 10000, dimension_count: 16 },
      vocab_size: metadata.tokenizer.ggml.tokens.length,
    },
  );
  const tokenizer = metadata.tokenizer.ggml as unknown as {
    pre: string;
    tokens: string[];
    token_type: number[];
    merges: string[];
  };
  const json = JSON.parse(readFileSync(path.join(model, "tokenizer.json"), "utf8")) as {
    model: { vocab: Record<string, number>; merges: string[] };
  };
  assert.equal(tokenizer.pre, "llama-bpe");
  assert.deepEqual(tokenizer.merges, json.model.merges);
  const ordinary = Object.entries(json.model.vocab)
    .sort(([, a], [, b]) => a - b)
    .map(([token]) => token);
  assert.deepEqual(tokenizer.tokens.slice(0, ordinary.length), ordinary);
  assert.deepEqual(
    tokenizer.token_type,
    [...ordinary.map(() => 1), 3, 3, 3, 3, 3, 4, ...new Array(7).fill(5)],
    "normal, special, added, padding",
  );
  assert.equal(new Set(tokenizer.tokens).size, tokenizer.tokens.length);
  const bos = ordinary.length;
  assert.equal(metadata.tokenizer.ggml.bos_token_id, bos);
  assert.equal(metadata.tokenizer.ggml.eos_token_id, bos + 4);
  assert.equal(metadata.tokenizer.ggml.add_bos_token, true);
  assert.equal(metadata.tokenizer.chat_template, "{{ messages[0].content }}");

  const checkpoint = openCheckpoint(model);
  const shapes = Object.fromEntries(info.fullTensorInfo!.map((tensor) => [tensor.name, tensor.dimensions.map(Number)]));
  assert.deepEqual(Object.keys(shapes).length, checkpoint.tensors.size);
  assert.deepEqual(shapes["blk.1.attn_k.weight"], [64, 32]);
  assert.deepEqual(shapes["blk.0.ffn_down.weight"], [96, 64]);
  const same: [string, string][] = [
    ["token_embd.weight", "model.embed_tokens.weight"],
    ["blk.1.attn_v.weight", "model.layers.1.self_attn.v_proj.weight"],
    ["output_norm.weight", "model.norm.weight"],
    ["output.weight", "lm_head.weight"],
  ];
  for (const [name, source] of same) {
    const expected = checkpoint.read(source);
    assert.deepEqual(tensorBytes(file, info, name, expected.length), expected, name);
  }
  checkpoint.close();
});

test("rows that 8-bit blocks do not fit become f16, norms stay f32", async () => {
  const file = await exported(makeModel({ intermediate_size: 80 }), "q8_0");
  const info = await readGgufFileInfo(file, { logWarnings: false });
  const typeOf = (name: string): number => info.fullTensorInfo!.find((tensor) => tensor.name === name)!.ggmlType;
  // ggml's numbers: F32 0, F16 1, Q8_0 8.
  assert.equal(typeOf("blk.0.ffn_down.weight"), 1);
  assert.equal(typeOf("blk.0.ffn_up.weight"), 8);
  assert.equal(typeOf("token_embd.weight"), 8);
  assert.equal(typeOf("blk.0.attn_norm.weight"), 0);
});

test("the same model gives the same bytes", async () => {
  const model = makeModel();
  const first = readFileSync(await exported(model, "q8_0"));
  assert.deepEqual(readFileSync(await exported(model, "q8_0")), first);
});

test("patterns of GPT-2, LLaMa-3 and Qwen2 pass the gate, with and without ignore_merges where llama.cpp has it", async () => {
  const names: Record<string, TinyTokenizerOptions> = {
    "smaug-bpe": { ignoreMerges: false },
    qwen2: { ignoreMerges: false, pattern: llama3Pattern.replace("{1,3}", "") },
  };
  for (const [name, options] of Object.entries(names)) {
    const info = await readGgufFileInfo(await exported(makeModel({}, options), "f16"), { logWarnings: false });
    assert.equal((info.metadata.tokenizer.ggml as unknown as { pre: string }).pre, name);
  }
  const model = makeModel();
  const json = { ...tinyTokenizer({ ignoreMerges: false }), pre_tokenizer: { type: "ByteLevel", use_regex: true } };
  writeTinyTokenizer(model, {
    ...json,
    pre_tokenizer: { ...json.pre_tokenizer, add_prefix_space: false, trim_offsets: true },
  });
  const info = await readGgufFileInfo(await exported(model, "f16"), { logWarnings: false });
  assert.equal((info.metadata.tokenizer.ggml as unknown as { pre: string }).pre, "gpt-2");
});

test("a pattern that llama.cpp does not know is refused with the pattern", async () => {
  const model = makeModel({}, { pattern: "\\s+|\\S+" });
  const error = await failure(exported(model, "f16"));
  assert.equal(error.code, "gguf.pre_tokenizer");
  assert.ok(error.message.includes("\\s+|\\S+") && error.message.includes("tokenizer.json"), error.message);
});

test("ids that differ stop the export, and no file appears", async () => {
  // An added token that swallows the space before it: llama.cpp leaves the space outside.
  const model = makeModel();
  const json = tinyTokenizer({ added: ["<greedy>"] });
  (json.added_tokens as { lstrip: boolean }[]).at(-1)!.lstrip = true;
  writeTinyTokenizer(model, json);
  const out = path.join(root, "differs", "x.gguf");
  mkdirSync(path.dirname(out));
  const error = await failure(exportGguf({ model, out, type: "f16" }));
  assert.equal(error.code, "gguf.tokenizer_differs");
  assert.equal(error.exitCode, 2);
  assert.ok(error.message.includes("word <greedy>") && /\d+ "<greedy>"/.test(error.message), error.message);
  assert.deepEqual(readdirSync(path.dirname(out)), []);
});

test("the user's own lines are compared too", async () => {
  // The built-in texts are composed already, so a normalizer that composes does not show in them.
  const model = makeModel();
  writeTinyTokenizer(model, { ...tinyTokenizer(), normalizer: { type: "NFC" } });
  const out = output("lines.gguf");
  await exportGguf({ model, out, type: "f16" });
  const decomposed = "и\u0306";
  const error = await failure(exportGguf({ model, out: output("other.gguf"), type: "f16", lines: [decomposed] }));
  assert.equal(error.code, "gguf.tokenizer_differs");
  assert.equal(existsSync(output("other.gguf")), false);
});

test("weights that are no numbers, or too large for the type, are refused by name", async () => {
  const change = (name: string, value: number): string => {
    const model = makeModel();
    const checkpoint = openCheckpoint(model);
    const tensors = [...checkpoint.tensors.keys()].map((key) => {
      const data = checkpoint.readFloat32(key);
      data[5] = value;
      return key === name ? float32Tensor(key, checkpoint.tensors.get(key)!.shape, data) : copyTensor(checkpoint, key);
    });
    writeCheckpoint(model, checkpoint.config.raw, tensors);
    checkpoint.close();
    return model;
  };
  const nan = await failure(exported(change("lm_head.weight", Number.NaN), "q8_0"));
  assert.equal(nan.code, "checkpoint.not_finite");
  assert.match(nan.message, /output\.weight: holds NaN/);
  const large = change("model.layers.0.mlp.up_proj.weight", 70000);
  assert.equal((await failure(exported(large, "f16"))).code, "gguf.out_of_range");
  await exported(large, "bf16");
  await exported(large, "q8_0");
});

test("an interruption ends the writing and leaves nothing", async () => {
  const controller = new AbortController();
  const out = output("interrupted.gguf");
  const writing = exportGguf({ model: makeModel(), out, type: "f32" }, () => controller.abort(), controller.signal);
  assert.equal((await failure(writing)).code, "run.interrupted");
  assert.deepEqual(
    readdirSync(path.dirname(out)).filter((name) => name.includes("interrupted")),
    [],
  );
});

test("a tokenizer larger than the model, and a place that cannot be written, are named", async () => {
  const model = makeModel();
  writeTinyTokenizer(model, tinyTokenizer({ added: Array.from({ length: 20 }, (_, i) => `<extra${i}>`) }));
  assert.equal((await failure(exported(model, "f16"))).code, "checkpoint.tokenizer_too_large");
  writeFileSync(output("file"), "");
  const error = await failure(
    exportGguf({ model: makeModel(), out: path.join(output("file"), "x.gguf"), type: "f16" }),
  );
  assert.equal(error.code, "output.write_failed");
  assert.equal(error.exitCode, 1);
});

test("ends of a text that a GGUF has no place for are named", async () => {
  const model = makeModel();
  const warned = async (ids: number[]): Promise<string[]> => {
    writeFileSync(path.join(model, "generation_config.json"), JSON.stringify({ eos_token_id: ids }));
    const warnings: string[] = [];
    const out = output("ends.gguf");
    await exportGguf({ model, out, type: "f16" }, ({ warning }) => warning !== undefined && warnings.push(warning));
    return warnings;
  };
  assert.deepEqual(await warned([1, 2]), []);
  const [warning, ...more] = await warned([1, 2, 36]);
  assert.deepEqual(more, []);
  assert.match(warning!, /stops at \$ depends/);
});
