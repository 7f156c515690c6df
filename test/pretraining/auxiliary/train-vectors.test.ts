import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { trainVectors } from "../../../src/pretraining/auxiliary/train-vectors.js";
import { cosine } from "../../../src/pretraining/initializers/unit-vectors.js";
import { createRandom } from "../../../src/random.js";
import { loadTokenizer } from "../../../src/tokenizer/load-tokenizer.js";
import type { Tokenizer } from "../../../src/tokenizer/tokenizer.js";
import { writeTinyTokenizer } from "../tiny-model.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "lep-train-vectors-"));
const corpus = { files: [path.join(folder, "text.txt")] };
const groups = [
  ["red", "blue", "green"],
  ["one", "two", "three"],
];
const options = { dimensions: 16, epochs: 4, min_count: 3, subsample: 1, buckets: 512 };
let tokenizer: Tokenizer;

before(async () => {
  writeTinyTokenizer(
    path.join(folder, "tokenizer"),
    groups.flat().map((word) => ` ${word}`),
  );
  tokenizer = await loadTokenizer(path.join(folder, "tokenizer"));
  // Words of a group stand together, in any order.
  const random = createRandom(1);
  const lines = Array.from({ length: 400 }, () => {
    const group = groups[random.below(2)]!;
    return Array.from({ length: 8 }, () => ` ${group[random.below(3)]}`).join("");
  });
  writeFileSync(corpus.files[0]!, `${lines.join("\n")}\n`);
});
after(() => rmSync(folder, { recursive: true }));

const job = (seed: number) => ({ tokenizer, original: tokenizer, corpus, options, seed });

test("words of the same surroundings come to lie together", async () => {
  const vectors = await trainVectors(job(1));
  const of = async (word: string) => vectors.ofToken((await tokenizer.encode(` ${word}`))[0]!)!;
  for (const [own, other] of [groups, [...groups].reverse()]) {
    const near = cosine(await of(own![0]!), await of(own![1]!));
    const far = cosine(await of(own![0]!), await of(other![0]!));
    assert.ok(near > far + 0.3, `${near}, ${far}`);
  }
});

test("the same seed, the same numbers; another seed, others; n-grams give vectors to tokens never seen", async () => {
  const [first, again, other] = [await trainVectors(job(1)), await trainVectors(job(1)), await trainVectors(job(2))];
  const [id] = await tokenizer.encode(" green");
  assert.deepEqual(first.ofToken(id!), again.ofToken(id!));
  assert.notDeepEqual(first.ofToken(id!), other.ofToken(id!));
  assert.equal(first.source, "trained on the corpus");
  const greens = first.ofBytes(Buffer.from(" greens"))!;
  assert.ok(cosine(greens, first.ofToken(id!)!) > 0.3);
  assert.equal(first.ofBytes(Buffer.from("щ")), undefined);
  assert.equal(first.ofBytes(Uint8Array.of(0xff)), undefined);
  for (const special of tokenizer.addedIds) assert.equal(first.ofToken(special), undefined);
});

test("too little text", async () => {
  const little = { files: [path.join(folder, "little.txt")] };
  writeFileSync(little.files[0]!, "a");
  await assert.rejects(trainVectors({ ...job(1), corpus: little }), { code: "initializer.too_little_text" });
});

test("vectors that run away are no vectors", async () => {
  const fast = { ...job(1), options: { ...options, learning_rate: 1e30 } };
  await assert.rejects(trainVectors(fast), { code: "initializer.diverged", exitCode: 2 });
});
