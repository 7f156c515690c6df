import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { float32Tensor, openCheckpoint, writeCheckpoint } from "../../src/model/checkpoint.js";
import { initialise } from "../../src/pretraining/initialise.js";
import type { InitializerContext } from "../../src/pretraining/initializers/initializer.js";
import { blockedRows } from "../../src/pretraining/initializers/original-rows.js";
import { initializers } from "../../src/pretraining/initializers/registry.js";
import { createRandom } from "../../src/random.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { specials, writeTinyModel, writeTinyTokenizer } from "./tiny-model.js";

let folder: string;
const at = (name: string): string => path.join(folder, name);
const oldWords = [" the", "кот"];
const newWords = [" the", "кот", "коты", " word"];

before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "lep-init-"));
  writeTinyTokenizer(at("new"), newWords);
});
after(() => rmSync(folder, { recursive: true }));

for (const tied of [false, true]) {
  test(`rows of the new vocabulary, ${tied ? "tied" : "untied"}, with padding in the original`, async () => {
    const model = at(`model-${tied}`);
    const out = at(`out-${tied}`);
    writeTinyModel(model, { words: oldWords, padding: 7, tied });
    const summary = await initialise({ model, tokenizer: at("new"), initializer: "mean", out, pad_to_multiple_of: 16 });

    const original = await loadTokenizer(model);
    const tokenizer = await loadTokenizer(out);
    const from = openCheckpoint(model);
    const to = openCheckpoint(out);
    const width = from.config.hidden_size;
    assert.equal(to.config.vocab_size % 16, 0);
    assert.ok(to.config.vocab_size - tokenizer.size < 16);
    assert.equal(summary.rows, to.config.vocab_size);
    assert.equal(summary.same_special, specials.length);
    assert.equal(summary.no_pieces, 0);
    assert.equal(to.config.tie_word_embeddings, tied);
    assert.equal(to.tensors.has("lm_head.weight"), !tied);
    for (const name of tied ? ["model.embed_tokens.weight"] : ["model.embed_tokens.weight", "lm_head.weight"]) {
      const before = from.readFloat32(name);
      const now = to.readFloat32(name);
      const row = (rows: Float32Array, id: number) => [...rows.subarray(id * width, (id + 1) * width)];
      // Same bytes or same special token: the same row, bit for bit.
      for (let id = 0; id < original.size; id++) {
        const token = original.tokenOf(id)!;
        assert.deepEqual(row(now, tokenizer.idOf(token)!), row(before, id), token);
      }
      // "коты" is cut into "кот" and two bytes by the original.
      const pieces = await original.encode("коты");
      assert.equal(pieces.length, 3);
      const [id] = await tokenizer.encode("коты");
      assert.equal((await tokenizer.encode("коты")).length, 1);
      const mean = row(before, 0).map((_, i) => pieces.reduce((sum, piece) => sum + before[piece * width + i]!, 0) / 3);
      for (const [i, value] of row(now, id!).entries()) assert.ok(Math.abs(value - mean[i]!) < 1e-7);
      // Padding rows are the mean of the original's tokens, without its own padding.
      for (let i = 0; i < width; i++) {
        let sum = 0;
        for (let r = 0; r < original.size; r++) sum += before[r * width + i]!;
        assert.ok(Math.abs(now[tokenizer.size * width + i]! - sum / original.size) < 1e-6);
      }
    }
    for (const name of from.tensors.keys()) {
      if (name.includes("embed_tokens") || name.includes("lm_head")) continue;
      assert.deepEqual(to.read(name), from.read(name), name);
    }
    from.close();
    to.close();

    const config = JSON.parse(readFileSync(path.join(out, "config.json"), "utf8"));
    const generation = JSON.parse(readFileSync(path.join(out, "generation_config.json"), "utf8"));
    const ids = ["<|end_of_text|>", "<|eot_id|>"].map((token) => tokenizer.idOf(token));
    assert.equal(config.bos_token_id, tokenizer.idOf("<|begin_of_text|>"));
    assert.deepEqual(config.eos_token_id, ids);
    assert.deepEqual(generation.eos_token_id, ids);
    assert.equal(generation.do_sample, false);
  });
}

test("a broken tokenizer leaves nothing behind", async () => {
  const model = at("model-false");
  const before = readdirSync(folder);
  await assert.rejects(initialise({ model, tokenizer: at("nowhere"), initializer: "mean", out: at("never") }), {
    name: "TokenizerError",
  });
  assert.ok(!existsSync(at("never")));
  assert.deepEqual(readdirSync(folder), before);
});

test("a token that no merge of the original reaches keeps its own row", async () => {
  const model = at("model-unreachable");
  writeTinyModel(model, { words: oldWords });
  const file = path.join(model, "tokenizer.json");
  const json = JSON.parse(readFileSync(file, "utf8"));
  json.model.ignore_merges = false;
  json.model.merges = [];
  writeFileSync(file, JSON.stringify(json));
  const out = at("out-unreachable");
  await initialise({ model, tokenizer: at("new"), initializer: "mean", out });
  const tokenizer = await loadTokenizer(out);
  const original = await loadTokenizer(model);
  assert.ok((await original.encode("кот")).length > 1);
  const [id] = await tokenizer.encode("кот");
  const own = original.idOf(tokenizer.tokenOf(id!)!)!;
  const [from, to] = [openCheckpoint(model), openCheckpoint(out)];
  const name = "model.embed_tokens.weight";
  assert.deepEqual(to.readRows(name, id!, 1), from.readRows(name, own, 1));
  from.close();
  to.close();
});

test("random: rows of several pieces have the mean and the variance of the original rows in every dimension", async () => {
  const random = createRandom(5);
  const width = 8;
  // Dimension i around i, with a deviation of (i + 1) / 10.
  const values = Float32Array.from(
    { length: 500 * width },
    (_, at) => (at % width) + (0.1 * (at % width) + 0.1) * random.normal(),
  );
  const rows = blockedRows(width, 500, 64, (first, count) => values.slice(first * width, (first + count) * width));
  const pieces = Array.from({ length: 2000 }, (_, i) => Int32Array.of(i % 40, (i * 7 + 1) % 40));
  const made = async (norms?: "drawn"): Promise<Float32Array> => {
    const context = { pieces, options: { method: "random", norms } } as unknown as InitializerContext;
    const maker = await initializers.random.prepare(context);
    for await (const run of maker.rows({ name: "embedding", rows, random: createRandom(1) })) return run;
    throw new Error("there are no rows");
  };
  const drawn = await made();
  for (let i = 0; i < width; i++) {
    const column = Array.from(pieces, (_, row) => drawn[row * width + i]!);
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
    const deviation = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length);
    assert.ok(Math.abs(mean - i) < 0.1, `mean of dimension ${i}: ${mean}`);
    assert.ok(Math.abs(deviation / (0.1 * i + 0.1) - 1) < 0.12, `deviation of dimension ${i}: ${deviation}`);
  }
  const lengths = (all: Float32Array) =>
    Array.from({ length: all.length / width }, (_, row) => Math.hypot(...all.subarray(row * width, (row + 1) * width)));
  const squares = (all: number[]) => all.reduce((sum, length) => sum + length ** 2, 0) / all.length;
  assert.ok(Math.abs(squares(lengths(drawn)) / squares(lengths(values)) - 1) < 0.02);
  const known = lengths(values);
  for (const length of lengths(await made("drawn")).slice(0, 50)) {
    assert.ok(known.some((one) => Math.abs(one / length - 1) < 1e-5));
  }
});

test("a row of the original that is not finite is named, with nothing written", async () => {
  const model = at("not-finite");
  writeTinyModel(model, { words: oldWords });
  const checkpoint = openCheckpoint(model);
  const tensors = [...checkpoint.tensors.values()].map(({ name, shape }) => {
    const data = checkpoint.readFloat32(name).slice();
    if (name === "lm_head.weight") data[7 * shape[1]! + 3] = Number.NaN;
    return float32Tensor(name, shape, data);
  });
  writeCheckpoint(model, checkpoint.config.raw, tensors);
  checkpoint.close();
  await assert.rejects(initialise({ model, tokenizer: at("new"), initializer: "mean", out: at("never") }), {
    code: "checkpoint.not_finite",
    message: /not-finite: lm_head\.weight: row 7 has a value that is not finite/,
    exitCode: 2,
  });
  assert.ok(readdirSync(folder).every((name) => !name.includes("never")));
});
