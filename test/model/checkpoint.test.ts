import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { CheckpointError, LepError } from "../../src/errors.js";
import {
  copyTensor,
  float32Tensor,
  openCheckpoint,
  type TensorSource,
  writeCheckpoint,
} from "../../src/model/checkpoint.js";
import { parseModelConfig } from "../../src/model/config.js";
import { createRandomModel } from "../../src/model/random-model.js";
import { embeddingName, headName, tensorShapes } from "../../src/model/tensor-names.js";
import { temporaryFolder } from "./temporary-folder.js";
import { tinyConfig } from "./tiny-config.js";

const root = temporaryFolder();
let folders = 0;
const fresh = (): string => path.join(root, String(folders++));

function randomFolder(changes: Record<string, unknown> = {}): string {
  const folder = fresh();
  createRandomModel(folder, tinyConfig(changes), { seed: 7, dtype: "BF16" });
  return folder;
}

function copyOf(folder: string, maxShardBytes?: number): string {
  const to = fresh();
  const checkpoint = openCheckpoint(folder);
  const tensors = [...checkpoint.tensors.keys()].map((name) => copyTensor(checkpoint, name));
  writeCheckpoint(to, checkpoint.config.raw, tensors, maxShardBytes === undefined ? {} : { maxShardBytes });
  checkpoint.close();
  return to;
}

const refuses = (folder: string, code: string, pattern: RegExp): void => {
  assert.throws(
    () => openCheckpoint(folder).close(),
    (error: unknown) => {
      assert.ok(error instanceof CheckpointError, String(error));
      assert.equal(error.code, `checkpoint.${code}`, error.message);
      assert.match(error.message, pattern);
      assert.ok(error.message.startsWith(folder), error.message);
      return true;
    },
  );
};

/** All tensors of the tiny configuration as zeros, changed by name; undefined leaves one out. */
function zeros(
  changes: Record<string, TensorSource | undefined> = {},
  config: Record<string, unknown> = tinyConfig(),
): TensorSource[] {
  const tensors = new Map<string, TensorSource | undefined>();
  for (const [name, shape] of tensorShapes(parseModelConfig(config, "test"))) {
    tensors.set(name, float32Tensor(name, shape, new Float32Array(shape.reduce((a, b) => a * b))));
  }
  for (const [name, tensor] of Object.entries(changes)) tensors.set(name, tensor);
  return [...tensors.values()].filter((tensor) => tensor !== undefined);
}

test("a checkpoint in shards reads as the one in a single file", () => {
  const single = randomFolder();
  const sharded = copyOf(single, 30_000);
  assert.ok(existsSync(path.join(sharded, "model-00001-of-00007.safetensors")), readdirSync(sharded).join(" "));
  const a = openCheckpoint(single);
  const b = openCheckpoint(sharded);
  assert.deepEqual([...a.tensors.keys()], [...b.tensors.keys()]);
  for (const [name, { shape, dtype }] of a.tensors) {
    assert.deepEqual([b.tensors.get(name)!.shape, b.tensors.get(name)!.dtype], [shape, dtype]);
    assert.deepEqual(b.read(name), a.read(name));
  }
  a.close();
  b.close();
  const back = copyOf(sharded);
  assert.deepEqual(
    readFileSync(path.join(back, "model.safetensors")),
    readFileSync(path.join(single, "model.safetensors")),
  );
});

test("rows are the rows of the whole tensor, in every type", () => {
  for (const dtype of ["F32", "F16", "BF16"] as const) {
    const folder = fresh();
    createRandomModel(folder, tinyConfig(), { seed: 3, dtype });
    const checkpoint = openCheckpoint(folder);
    const whole = checkpoint.readFloat32(embeddingName);
    assert.equal(whole.length, 300 * 64);
    assert.deepEqual(checkpoint.readRows(embeddingName, 17, 3), whole.slice(17 * 64, 20 * 64));
    assert.throws(() => checkpoint.readRows(embeddingName, 299, 2), RangeError);
    assert.throws(() => checkpoint.read("model.nothing"), CheckpointError);
    checkpoint.close();
  }
});

test("writing into a folder replaces older weights and leaves other files alone", () => {
  const folder = copyOf(randomFolder(), 30_000);
  writeFileSync(path.join(folder, "tokenizer.json"), "{}");
  writeCheckpoint(folder, tinyConfig(), zeros());
  assert.deepEqual(readdirSync(folder).sort(), ["config.json", "model.safetensors", "tokenizer.json"]);
  const checkpoint = openCheckpoint(folder);
  assert.ok(checkpoint.readFloat32(headName).every((value) => value === 0));
  checkpoint.close();
  writeCheckpoint(folder, tinyConfig(), zeros(), { maxShardBytes: 100_000 });
  assert.equal(existsSync(path.join(folder, "model.safetensors")), false);
  openCheckpoint(folder).close();
});

test("a failure while writing leaves an old model as it was, and no new folder", () => {
  const failing: TensorSource = {
    ...float32Tensor(headName, [300, 64], new Float32Array(0)),
    // biome-ignore lint/correctness/useYield: it fails before it has anything to give
    *pieces() {
      throw new CheckpointError("checkpoint.truncated", "source: cut");
    },
  };
  const folder = randomFolder();
  const before = readFileSync(path.join(folder, "model.safetensors"));
  assert.throws(() => writeCheckpoint(folder, tinyConfig(), zeros({ [headName]: failing })), /source: cut/);
  assert.deepEqual(readdirSync(folder).sort(), ["config.json", "model.safetensors"]);
  assert.deepEqual(readFileSync(path.join(folder, "model.safetensors")), before);
  const other = path.join(fresh(), "deeper");
  assert.throws(() => writeCheckpoint(other, tinyConfig(), zeros({ [headName]: failing })), /source: cut/);
  assert.equal(existsSync(path.dirname(other)), false);
  const inFile = path.join(folder, "config.json", "model");
  assert.throws(
    () => writeCheckpoint(inFile, tinyConfig(), zeros()),
    (error: unknown) => error instanceof LepError && error.exitCode === 1 && error.message.includes(inFile),
  );
});

test("names and shapes are those that config.json promises", () => {
  const write = (tensors: TensorSource[], config = tinyConfig()): string => {
    const folder = fresh();
    writeCheckpoint(folder, config, tensors);
    return folder;
  };
  const q = "model.layers.1.self_attn.q_proj.weight";
  refuses(write(zeros({ [q]: undefined })), "missing_tensor", /there is no tensor model\.layers\.1\.self_attn\.q_proj/);
  const square = float32Tensor(q, [32, 64], new Float32Array(32 * 64));
  refuses(write(zeros({ [q]: square })), "shape", /q_proj\.weight has shape \[32, 64\].*\[64, 64\]/);
  const bias = float32Tensor("model.layers.0.self_attn.q_proj.bias", [64], new Float32Array(64));
  refuses(write(zeros({ bias })), "unexpected_tensor", /q_proj\.bias is no tensor/);
  const frequencies = float32Tensor("model.layers.0.self_attn.rotary_emb.inv_freq", [8], new Float32Array(8));
  const folder = write(zeros({ frequencies }));
  const checkpoint = openCheckpoint(folder);
  assert.equal(checkpoint.tensors.has(frequencies.name), false);
  checkpoint.close();
});

test("a tied model has no head of its own, an untied one must have it", () => {
  const tied = tinyConfig({ tie_word_embeddings: true });
  const folder = fresh();
  writeCheckpoint(folder, tied, zeros({}, tied));
  const checkpoint = openCheckpoint(folder);
  assert.equal(checkpoint.tensors.has(headName), false);
  checkpoint.close();
  writeFileSync(path.join(folder, "config.json"), JSON.stringify(tinyConfig()));
  refuses(folder, "missing_tensor", /lm_head/);
  const head = (value: number): TensorSource =>
    float32Tensor(headName, [300, 64], new Float32Array(300 * 64).fill(value));
  writeCheckpoint(folder, tied, zeros({ [headName]: head(0) }, tied));
  openCheckpoint(folder).close();
  writeCheckpoint(folder, tied, zeros({ [headName]: head(1) }, tied));
  refuses(folder, "tied_head_differs", /tie_word_embeddings/);
});

test("shards, index and disk must tell the same story", () => {
  const source = randomFolder();
  const shard = (folder: string, number: number): string =>
    path.join(folder, `model-0000${number}-of-00007.safetensors`);
  const index = (folder: string): string => path.join(folder, "model.safetensors.index.json");
  const edit = (folder: string, change: (map: Record<string, unknown>) => void): void => {
    const value = JSON.parse(readFileSync(index(folder), "utf8")) as { weight_map: Record<string, unknown> };
    change(value.weight_map);
    writeFileSync(index(folder), JSON.stringify(value));
  };

  let folder = copyOf(source, 30_000);
  rmSync(shard(folder, 3));
  refuses(folder, "shard_missing", /model-00003-of-00007\.safetensors: named in .*index\.json, but not there/);

  folder = copyOf(source, 30_000);
  edit(folder, (map) => {
    for (const [name, file] of Object.entries(map)) if (String(file).startsWith("model-00003")) delete map[name];
  });
  refuses(folder, "shard_not_in_index", /does not name model-00003-of-00007\.safetensors/);

  folder = copyOf(source, 30_000);
  edit(folder, (map) => {
    map["model.extra.weight"] = "model-00001-of-00007.safetensors";
  });
  refuses(folder, "missing_tensor", /model-00001-of-00007\.safetensors: lacks the tensor model\.extra\.weight/);

  folder = copyOf(source, 30_000);
  edit(folder, (map) => {
    map["model.norm.weight"] = "model-00001-of-00007.safetensors";
  });
  refuses(folder, "index_differs", /has the tensor model\.norm\.weight, which .* says is in model-00001/);

  for (const outside of ["../model-00001-of-00007.safetensors", "/etc/x.safetensors", "a\\b.safetensors", "x.bin", 7]) {
    folder = copyOf(source, 30_000);
    edit(folder, (map) => {
      map[headName] = outside;
    });
    refuses(folder, "index_invalid", /weight_map: lm_head\.weight/);
  }
  for (const text of ["{", "[]", "{}", '{"weight_map":{}}']) {
    writeFileSync(index(folder), text);
    assert.throws(() => openCheckpoint(folder), CheckpointError);
  }

  folder = copyOf(source, 30_000);
  writeFileSync(path.join(folder, "model.safetensors"), readFileSync(path.join(source, "model.safetensors")));
  refuses(folder, "shard_not_in_index", /does not name model\.safetensors, which is there/);

  folder = copyOf(source);
  const names = Object.keys(JSON.parse(readFileSync(index(copyOf(source, 30_000)), "utf8")).weight_map);
  const toSingle = { weight_map: Object.fromEntries(names.map((name) => [name, "model.safetensors"])) };
  writeFileSync(index(folder), JSON.stringify(toSingle));
  openCheckpoint(folder).close();

  folder = copyOf(source, 30_000);
  rmSync(index(folder));
  openCheckpoint(folder).close();
  writeFileSync(path.join(folder, "other.safetensors"), readFileSync(shard(folder, 1)));
  refuses(folder, "duplicate_tensor", /is in .* too/);

  folder = copyOf(source, 30_000);
  writeFileSync(shard(folder, 7), readFileSync(shard(folder, 7)).subarray(0, 1000));
  refuses(folder, "truncated", /model-00007-of-00007\.safetensors: 1000 bytes, but the header promises/);

  folder = fresh();
  mkdirSync(folder);
  writeFileSync(path.join(folder, "config.json"), JSON.stringify(tinyConfig()));
  refuses(folder, "weights_missing", /there is no \*\.safetensors/);
  renameSync(path.join(source, "model.safetensors"), path.join(folder, "weights.safetensors"));
  openCheckpoint(folder).close();
});
