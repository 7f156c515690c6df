/** From text files to the sets of a training, through the store of token files; no engine. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { openTrainingData } from "../../src/engine/training-data.js";
import { openTrainingSet } from "../../src/engine/training-set.js";
import { mixCorpora, type TrainingCorpus } from "../../src/pretraining/mix-corpora.js";
import { pretrainingSchema } from "../../src/pretraining/options.js";
import { samplingSchema } from "../../src/pretraining/sampling/options.js";
import { openTokenStore } from "../../src/pretraining/token-store.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import type { Tokenizer } from "../../src/tokenizer/tokenizer.js";
import { writeTinyTokenizer } from "./tiny-model.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "lep-mix-"));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);
const tokens = at("tokens");

let tokenizer: Tokenizer;
before(async () => {
  writeTinyTokenizer(at("tokenizer"), [" кот", " the"]);
  tokenizer = await loadTokenizer(at("tokenizer"));
  writeFileSync(at("large.txt"), "кот спит на столе.\n\n".repeat(600));
  writeFileSync(at("small.txt"), "the cat sleeps.\n\n".repeat(60));
  writeFileSync(at("english.txt"), "QQ Z.\n\n".repeat(3000));
});
beforeEach(() => rmSync(tokens, { recursive: true, force: true }));

const corpora = (): TrainingCorpus[] => [
  { name: "large", files: [at("large.txt")], documents: "blank_lines", weight: 1 },
  { name: "small", files: [at("small.txt")], documents: "blank_lines", weight: 3 },
];
const replay = (share: number) => ({ corpus: { files: [at("english.txt")], documents: "blank_lines" }, share });

function mix(options: object = {}, sampling: object = {}, own = corpora(), seed = 1) {
  const section = pretrainingSchema.parse({ block_size: 32, blocks_per_step: 8, ...options });
  return mixCorpora(
    { corpora: own, sampling: samplingSchema.parse(sampling), options: section, seed },
    openTokenStore(tokens, tokenizer),
  );
}

test("by size one epoch is every block of every corpus once, rounded up to whole steps", async () => {
  const { data, training, corpora: parts } = await mix();
  const { large, small } = parts as Record<"large" | "small", (typeof parts)[string]>;
  assert.equal(large.documents, 600);
  assert.equal(large.characters, 600 * 18);
  assert.equal(training.steps, Math.ceil((large.blocks + small.blocks) / 8));
  assert.ok(large.drawn - large.blocks < 8 && small.drawn - small.blocks < 8, JSON.stringify(parts));
  assert.ok(Math.abs(large.epochs - 1) < 0.05 && Math.abs(small.epochs - 1) < 0.1);
  assert.equal(large.drawn + small.drawn, training.steps * 8);
  assert.equal(large.drawn, Math.round(large.share * training.steps * 8));
  assert.ok(large.tokens > 9 * small.tokens);
  // What the summary says is what the engine draws.
  const opened = openTrainingData(data, tokenizer.size, training);
  const places = Array.from({ length: training.steps }, (_, i) =>
    opened.blocksOf(i + 1).map(({ place }) => place),
  ).flat();
  opened.close();
  for (const [i, part] of [large, small].entries()) {
    assert.equal(places.filter((place) => place.startsWith(data.sets[i]!.file)).length, part.drawn);
  }
});

test("by weights, temperature and unimax", async () => {
  const drawn = async (sampling: object): Promise<number[]> =>
    Object.values((await mix({ steps: 50 }, sampling)).corpora).map((part) => part.drawn);
  assert.deepEqual(await drawn({ method: "weights" }), [100, 300]);
  const [large, small] = Object.values((await mix({ steps: 50 })).corpora);
  const root = Math.sqrt(large!.blocks) / (Math.sqrt(large!.blocks) + Math.sqrt(small!.blocks));
  assert.deepEqual(await drawn({ method: "temperature", temperature: 2 }), [
    Math.round(400 * root),
    400 - Math.round(400 * root),
  ]);
  assert.deepEqual(await drawn({ method: "unimax", max_repeats: 2 }), [400 - 2 * small!.blocks, 2 * small!.blocks]);
  assert.ok(2 * small!.blocks < 200);
  await assert.rejects(mix({ epochs: 3 }, { method: "unimax", max_repeats: 2 }), { code: "pretraining.max_repeats" });
  // As many epochs as the cap: the last step's rounding breaks nothing.
  const { corpora: capped } = await mix({ epochs: 2 }, { method: "unimax", max_repeats: 2 });
  for (const { epochs } of Object.values(capped)) assert.ok(Math.abs(epochs - 2) < 0.2, String(epochs));
});

test("the replay has its share of all blocks and none of the rows; no more of it is tokenised than is needed", async () => {
  const { corpora: parts, used, training } = await mix({ steps: 40, replay: replay(0.25) });
  assert.deepEqual(Object.keys(parts), ["large", "small", "replay"]);
  assert.equal(parts.replay!.drawn, 80);
  assert.equal(parts.replay!.share, 0.25);
  // 80 blocks of 32 are 2560 tokens, the next power of two 4096; the corpus has 3000 documents of 5 tokens or more.
  assert.ok(parts.replay!.tokens >= 4096 && parts.replay!.tokens < 4200, String(parts.replay!.tokens));
  const has = (token: string): boolean => used.includes(tokenizer.idOf(token)!);
  assert.deepEqual([has("Q"), has("Z"), has("."), has("t")], [false, false, true, true]);
  assert.ok(used.includes(tokenizer.bosId!));
  assert.equal(training.steps, 40);
  const epoch = await mix({ replay: replay(0.25) });
  const own = epoch.corpora.large!.blocks + epoch.corpora.small!.blocks;
  assert.equal(epoch.training.steps, Math.ceil(Math.ceil(own / 0.75) / 8));
});

test("a text is tokenised once for all lengths of blocks, and again where it or its tokenizer changed", async () => {
  const files = (): string[] =>
    readdirSync(tokens)
      .filter((name) => name.endsWith(".tokens"))
      .sort();
  await mix({ steps: 5 });
  const before = files();
  assert.equal(before.length, 2);
  const times = before.map((name) => statSync(path.join(tokens, name)).mtimeMs);
  const { data } = await mix({ steps: 9, block_size: 48 });
  assert.deepEqual(files(), before);
  assert.deepEqual(
    before.map((name) => statSync(path.join(tokens, name)).mtimeMs),
    times,
  );
  const set = openTrainingSet(data.sets[0]!.file);
  assert.equal(set.blockLength, 48);
  set.close();
  // Only what is in use stays.
  assert.equal(readdirSync(tokens).length, 4);
  utimesSync(at("small.txt"), 1, 1);
  await mix({ steps: 5 });
  const changed = files();
  assert.equal(changed.filter((name) => before.includes(name)).length, 1);
  writeTinyTokenizer(at("other"), [" кот", " cat"]);
  const own = tokenizer;
  tokenizer = await loadTokenizer(at("other"));
  await mix({ steps: 5 });
  tokenizer = own;
  assert.ok(files().every((name) => !changed.includes(name)));
});

test("the same job makes the same files; a damaged one is named and nothing is trained on it", async () => {
  const { data } = await mix({ steps: 5 });
  const contents = data.sets.map(({ file }) => readFileSync(file));
  rmSync(tokens, { recursive: true });
  const again = await mix({ steps: 5 });
  assert.deepEqual(again.data, data);
  assert.deepEqual(
    data.sets.map(({ file }) => readFileSync(file)),
    contents,
  );
  const name = readdirSync(tokens).find((one) => one.endsWith(".tokens"))!;
  const bytes = readFileSync(path.join(tokens, name));
  bytes[100]! ^= 1;
  writeFileSync(path.join(tokens, name), bytes);
  await assert.rejects(mix({ steps: 5 }), {
    name: "CorpusError",
    code: "token_file.damaged",
    message: new RegExp(name),
  });
});

test("an interruption leaves no half-made index", async () => {
  const store = openTokenStore(tokens, tokenizer, undefined, AbortSignal.abort());
  const section = pretrainingSchema.parse({ block_size: 32 });
  const [corpus] = corpora();
  await assert.rejects(store.blocks("large", corpus!, section), { code: "run.interrupted" });
  await openTokenStore(tokens, tokenizer).blocks("large", corpus!, section);
  await assert.rejects(store.blocks("large", corpus!, { ...section, block_size: 64 }), { code: "run.interrupted" });
  assert.equal(readdirSync(tokens).length, 2);
});
