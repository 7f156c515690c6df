import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { readGgufFileInfo } from "node-llama-cpp";
import { CheckpointError } from "../../../src/errors.js";
import { openCheckpoint } from "../../../src/model/checkpoint.js";
import { parseModelConfig } from "../../../src/model/config.js";
import { exportGguf } from "../../../src/model/gguf/export-gguf.js";
import { exportedTensors } from "../../../src/model/gguf/exported-tensors.js";
import { ggufArchitecture } from "../../../src/model/gguf/gguf-architecture.js";
import { type FamilyVariant, familyConfigs, writeFamilyModel } from "../family-configs.js";
import { temporaryFolder } from "../temporary-folder.js";
import { writeTinyTokenizer } from "../tiny-tokenizer.js";

const root = temporaryFolder();

/** Keys under the architecture's name and names of the tensors, as node-llama-cpp's own reader finds them. */
async function exported(variant: FamilyVariant): Promise<{ keys: Record<string, unknown>; tensors: string[] }> {
  const folder = path.join(root, variant.replace(/\W+/g, "-"));
  writeTinyTokenizer(folder);
  const out = path.join(folder, "model.gguf");
  await exportGguf({ model: writeFamilyModel(folder, variant), out, type: "f16" });
  const { metadata, fullTensorInfo } = await readGgufFileInfo(out, { logWarnings: false });
  const own = (metadata as unknown as Record<string, Record<string, unknown>>)[metadata.general.architecture]!;
  return {
    keys: { architecture: metadata.general.architecture, ...own },
    tensors: fullTensorInfo!.map(({ name }) => name),
  };
}

test("Mistral is written as llama, the Qwen families under their own names", async () => {
  for (const [variant, name] of [
    ["mistral", "llama"],
    ["qwen2", "qwen2"],
    ["qwen3", "qwen3"],
  ] as const) {
    const { keys } = await exported(variant);
    assert.equal(keys.architecture, name);
    assert.equal(keys.block_count, 2);
    const { head_count_kv, key_length } = keys.attention as Record<string, unknown>;
    assert.deepEqual([head_count_kv, key_length], [2, variant === "qwen2" ? 8 : 16]);
    assert.deepEqual(keys.rope, { freq_base: 10000, dimension_count: variant === "qwen2" ? 8 : 16 });
  }
});

test("biases, q/k norms and rotary scaling have the names that llama.cpp looks for", async () => {
  const qwen2 = await exported("qwen2, linear scaling");
  const first = qwen2.tensors.filter((name) => name.startsWith("blk.0.attn_"));
  assert.deepEqual(first.sort(), [
    "blk.0.attn_k.bias",
    "blk.0.attn_k.weight",
    "blk.0.attn_norm.weight",
    "blk.0.attn_output.weight",
    "blk.0.attn_q.bias",
    "blk.0.attn_q.weight",
    "blk.0.attn_v.bias",
    "blk.0.attn_v.weight",
  ]);
  assert.deepEqual((qwen2.keys.rope as Record<string, unknown>).scaling, { type: "linear", factor: 2.5 });
  assert.ok(!qwen2.tensors.includes("rope_freqs.weight"));
  const qwen3 = await exported("qwen3");
  assert.ok(["blk.1.attn_q_norm.weight", "blk.1.attn_k_norm.weight"].every((name) => qwen3.tensors.includes(name)));
  const llama = await exported("llama, biases");
  for (const name of ["attn_output", "ffn_gate", "ffn_up", "ffn_down"]) {
    assert.ok(llama.tensors.includes(`blk.1.${name}.bias`), name);
  }
  assert.ok((await exported("llama, llama3 scaling")).tensors.includes("rope_freqs.weight"));
});

test("rows of queries and keys, biases too, are put in pairs for llama and left alone for Qwen", () => {
  const rowsOf = (variant: FamilyVariant, tensor: string): { written: number[]; read: number[] } => {
    const checkpoint = openCheckpoint(writeFamilyModel(path.join(root, `rows ${variant} ${tensor}`), variant));
    const architecture = ggufArchitecture(checkpoint.config, variant);
    const [name, source] = [`blk.1.attn_${tensor}.bias`, `model.layers.1.self_attn.${tensor}_proj.bias`];
    const found = exportedTensors(checkpoint, architecture).find((entry) => entry.name === name)!;
    const result = {
      written: [...found.rows()].flatMap((rows) => [...rows]),
      read: [...checkpoint.readFloat32(source)],
    };
    checkpoint.close();
    return result;
  };
  for (const tensor of ["q", "k"]) {
    const { written, read } = rowsOf("llama, biases", tensor);
    // Heads of 8: 0 4 1 5 2 6 3 7.
    const order = read.map((_, row) => row - (row % 8) + (row % 2) * 4 + Math.floor((row % 8) / 2));
    assert.deepEqual(
      written,
      order.map((row) => read[row]),
    );
    const qwen = rowsOf("qwen2", tensor);
    assert.deepEqual(qwen.written, qwen.read);
  }
  const values = rowsOf("llama, biases", "v");
  assert.deepEqual(values.written, values.read);
});

test("what llama.cpp has no place for is refused by name before anything is written", async () => {
  const scaling = familyConfigs["llama, llama3 scaling"].rope_scaling;
  const refused = (variant: FamilyVariant, changes: Record<string, unknown>, pattern: RegExp): void => {
    const config = parseModelConfig({ ...familyConfigs[variant], ...changes }, variant);
    assert.throws(
      () => ggufArchitecture(config, "some/model"),
      (error: unknown) => {
        assert.ok(error instanceof CheckpointError && error.code === "gguf.architecture" && error.hint !== undefined);
        assert.match(error.message, pattern);
        return true;
      },
    );
  };
  refused("qwen2", { rope_scaling: scaling }, /^some\/model: llama\.cpp's qwen2 has no rotary scaling of type llama3/);
  refused("qwen3", { rope_scaling: scaling, attention_bias: true }, /type llama3 and no bias of o_proj/);
  refused("qwen2", { head_dim: 16 }, /heads of other than 32 numbers together \(here 64\)/);
  const mistral = parseModelConfig({ ...familyConfigs.mistral, rope_scaling: scaling }, "mistral");
  assert.equal(ggufArchitecture(mistral, "some/model").name, "llama");

  const folder = path.join(root, "refused");
  writeTinyTokenizer(folder);
  const out = path.join(folder, "model.gguf");
  await assert.rejects(
    exportGguf({ model: writeFamilyModel(folder, "qwen3, biases"), out, type: "f16" }),
    CheckpointError,
  );
  assert.equal(existsSync(out), false);
});
