/** What holds for every initialiser, through `initialise`, on a tiny model. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { openCheckpoint } from "../../../src/model/checkpoint.js";
import { type InitialiseJob, initialise } from "../../../src/pretraining/initialise.js";
import type { InitializerOptions } from "../../../src/pretraining/initializers/options.js";
import { type InitializerName, initializerNames } from "../../../src/pretraining/initializers/registry.js";
import { createRandom } from "../../../src/random.js";
import { loadTokenizer } from "../../../src/tokenizer/load-tokenizer.js";
import { writeTinyModel, writeTinyTokenizer } from "../tiny-model.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "lep-initializers-"));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);
const oldWords = [" the", " cat", " dog", "кот", " sees"];
const newWords = [...oldWords, " коты", " пёс", " видит", " слово"];
const corpus = { files: [at("text.txt")] };

before(() => {
  writeTinyTokenizer(at("new"), newWords);
  writeTinyModel(at("model"), { words: oldWords, padding: 9 });
  writeTinyModel(at("tied"), { words: oldWords, padding: 9, tied: true, dtype: "BF16" });
  const random = createRandom(1);
  const words = [" the", " cat", " dog", " sees", " коты", " пёс", " видит", " слово", "кот", "."];
  const lines = Array.from({ length: 60 }, () => Array.from({ length: 9 }, () => words[random.below(10)]).join(""));
  writeFileSync(corpus.files[0]!, `${lines.join("\n")}\n`);
  const vectors = (all: string[], first: number) =>
    all
      .map((word, i) => `${word} ${Array.from({ length: 4 }, (_, k) => Math.sin(first + i + 3 * k)).join(" ")}\n`)
      .join("");
  writeFileSync(at("en.vec"), vectors(["the", "cat", "dog", "sees"], 0));
  writeFileSync(at("ru.vec"), vectors(["этот", "коты", "пёс", "видит"], 1));
  writeFileSync(at("pairs.txt"), "cat\tкоты\ndog\tпёс\nsees\tвидит\n");
});

const vectors = { dimensions: 8, epochs: 1, min_count: 2, buckets: 256 };
const bilingual = () => ({ source_vectors: at("en.vec"), target_vectors: at("ru.vec"), dictionary: at("pairs.txt") });
const special: Partial<Record<InitializerName, () => Partial<InitializerOptions>>> = {
  "weighted-mean": () => ({ by: "frequency" }),
  focus: () => ({ vectors }),
  ofa: () => ({ vectors }),
  tokenadapt: () => ({ vectors }),
  omp: () => ({ vectors, sparsity: 3 }),
  wechsel: bilingual,
};

const job = (method: InitializerName, model: string, out: string): InitialiseJob => ({
  model: at(model),
  tokenizer: at("new"),
  initializer: { method, ...special[method]?.() },
  corpus,
  seed: 3,
  pad_to_multiple_of: 8,
  out: at(out),
});

for (const method of initializerNames) {
  for (const model of ["model", "tied"]) {
    test(`${method}, ${model}: kept rows bit for bit, finite, of sensible length, the same bytes again`, async () => {
      const [out, again] = [`${method}-${model}`, `${method}-${model}-again`];
      const summary = await initialise(job(method, model, out));
      assert.deepEqual(await initialise(job(method, model, again)), summary);
      assert.deepEqual(readFileSync(at(`${again}/model.safetensors`)), readFileSync(at(`${out}/model.safetensors`)));
      assert.deepEqual(Object.keys(summary.matrices), model === "tied" ? ["embedding"] : ["embedding", "head"]);
      assert.ok(summary.several_pieces > 8);
      assert.ok(summary.matrices.embedding!.fallbacks < summary.several_pieces);
      const [original, tokenizer] = [await loadTokenizer(at(model)), await loadTokenizer(at(out))];
      const [from, to] = [openCheckpoint(at(model)), openCheckpoint(at(out))];
      for (const name of ["model.embed_tokens.weight", "lm_head.weight"].filter((name) => to.tensors.has(name))) {
        const length = (row: Float32Array) => Math.hypot(...row);
        let longest = 0;
        for (let id = 0; id < original.size; id++) {
          const row = from.readRows(name, id, 1);
          longest = Math.max(longest, length(row));
          assert.deepEqual(to.readRows(name, tokenizer.idOf(original.tokenOf(id)!)!, 1), row, original.tokenOf(id));
        }
        for (let id = 0; id < summary.rows; id++) {
          const row = to.readRows(name, id, 1);
          assert.ok(row.every(Number.isFinite));
          assert.ok(length(row) > 0 && length(row) < 2 * longest, `${tokenizer.tokenOf(id)}: ${length(row)}`);
        }
      }
      from.close();
      to.close();
    });
  }
}

test("a file of vectors takes the place of the corpus, and the summary says so", async () => {
  const file = at("tokens.vec");
  writeFileSync(file, "the 1 0\ncat 0.5 0.5\nкоты 0 1\nвидит 1 1\n");
  const { corpus: _, ...rest } = job("focus", "model", "from-file");
  const { matrices } = await initialise({ ...rest, initializer: { method: "focus", vectors: { file } } });
  // " the", " cat", " коты" and " видит": white space does not count.
  assert.deepEqual(matrices.head!.vectors, { source: file, dimensions: 2, tokens: 4 });
  writeFileSync(file, "nothing 1 0\n");
  const other = { ...rest, initializer: { method: "focus" as const, vectors: { file } }, out: at("never") };
  await assert.rejects(initialise(other), { code: "initializer.no_overlap", exitCode: 2 });
  assert.ok(!existsSync(at("never")));
});

test("what reads text or files and has none is refused before any work", async () => {
  for (const initializer of ["focus", { method: "weighted-mean", by: "frequency" }] as const) {
    const nowhere = { model: at("nowhere"), tokenizer: at("nowhere"), initializer, out: at("never") };
    await assert.rejects(initialise(nowhere), { code: "initializer.no_corpus", exitCode: 2 });
  }
  const head = { ...job("mean", "nowhere", "never"), head_initializer: "wechsel" as const };
  await assert.rejects(initialise(head), { code: "initializer.option_missing", message: /source_vectors, target_v/ });
});

test("an interruption ends it, with nothing written", async () => {
  const signal = AbortSignal.abort();
  for (const method of ["focus", "wechsel"] as const) {
    await assert.rejects(initialise(job(method, "model", "interrupted"), undefined, signal), {
      code: "run.interrupted",
    });
    assert.ok(!existsSync(at("interrupted")));
  }
});
