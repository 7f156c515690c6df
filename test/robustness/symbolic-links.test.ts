/**
 * Links are read through, as the hub's cache is made of them; nothing is written through one: an output takes the link's place,
 * and what it pointed to stays as it is.
 */
import assert from "node:assert/strict";
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { writeFileAtomic, writeFolderAtomic } from "../../src/atomic-output.js";
import { float32Tensor, openCheckpoint, writeCheckpoint } from "../../src/model/checkpoint.js";
import { parseModelConfig } from "../../src/model/config.js";
import { tensorShapes } from "../../src/model/tensor-names.js";
import { streamOutput } from "../../src/streamed-output.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { copyTokenizerFiles } from "../../src/tokenizer/write-tokenizer.js";
import { temporaryFolder } from "../model/temporary-folder.js";
import { tinyConfig } from "../model/tiny-config.js";
import { writeTinyTokenizer } from "../model/tiny-tokenizer.js";

const root = temporaryFolder();
let folders = 0;
const fresh = (): string => {
  const folder = path.join(root, String(folders++));
  mkdirSync(folder);
  return folder;
};

const config = tinyConfig({
  hidden_size: 8,
  intermediate_size: 4,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  num_hidden_layers: 1,
});
const tensors = () =>
  [...tensorShapes(parseModelConfig(config, "config.json"))].map(([name, shape]) =>
    float32Tensor(name, shape, new Float32Array(shape.reduce((product, length) => product * length, 1))),
  );

/** A folder whose file `name` is a link to a file elsewhere. */
function linked(name: string): { folder: string; target: string } {
  const [folder, elsewhere] = [fresh(), fresh()];
  const target = path.join(elsewhere, "kept");
  writeFileSync(target, "as it was");
  symlinkSync(target, path.join(folder, name));
  return { folder, target };
}

function unharmed({ folder, target }: { folder: string; target: string }, name: string): void {
  assert.equal(readFileSync(target, "utf8"), "as it was");
  assert.deepEqual(readdirSync(path.dirname(target)), ["kept"]);
  assert.equal(lstatSync(path.join(folder, name)).isSymbolicLink(), false);
}

test("a model and a tokenizer of links are read, as in the hub's cache", async () => {
  const [blobs, snapshot] = [fresh(), fresh()];
  writeCheckpoint(blobs, config, tensors());
  writeTinyTokenizer(blobs);
  for (const name of readdirSync(blobs))
    symlinkSync(path.join("..", path.basename(blobs), name), path.join(snapshot, name));
  openCheckpoint(snapshot).close();
  assert.ok((await loadTokenizer(snapshot)).size > 256);
});

test("files that are written whole", async () => {
  const file = linked("a.json");
  writeFileAtomic(path.join(file.folder, "a.json"), "new");
  unharmed(file, "a.json");
  const stream = linked("b.bin");
  await streamOutput(path.join(stream.folder, "b.bin"), (output) => output.write(Buffer.from("new")));
  unharmed(stream, "b.bin");
});

test("a folder that is a link is replaced, not filled", async () => {
  const [place, target] = [fresh(), fresh()];
  writeFileSync(path.join(target, "kept"), "as it was");
  const link = path.join(place, "out");
  symlinkSync(target, link);
  await writeFolderAtomic(link, (partial) => writeFileSync(path.join(partial, "new"), "x"));
  assert.deepEqual(readdirSync(target), ["kept"]);
  assert.deepEqual(readdirSync(link), ["new"]);
  assert.equal(lstatSync(link).isSymbolicLink(), false);
});

test("weights, config and tokenizer of a model folder with links in it", () => {
  for (const name of ["model.safetensors", "config.json"]) {
    const place = linked(name);
    writeCheckpoint(place.folder, config, tensors());
    unharmed(place, name);
    openCheckpoint(place.folder).close();
  }
  const source = fresh();
  writeTinyTokenizer(source);
  for (const name of ["tokenizer.json", "tokenizer_config.json"]) {
    const place = linked(name);
    copyTokenizerFiles(source, place.folder);
    unharmed(place, name);
  }
});

test("links that lead nowhere or to themselves are named", async () => {
  const folder = fresh();
  symlinkSync("config.json", path.join(folder, "config.json"));
  assert.throws(() => openCheckpoint(folder), { name: "CheckpointError", message: new RegExp(folder) });
  symlinkSync(path.join(folder, "nothing"), path.join(folder, "tokenizer.json"));
  await assert.rejects(loadTokenizer(folder), { name: "TokenizerError", message: new RegExp(folder) });
});
