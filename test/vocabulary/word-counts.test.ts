import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRandom } from "../../src/random.js";
import { parseTokenizerJson } from "../../src/tokenizer/tokenizer-json.js";
import { createTrainingCutter, cuttingPartsOf } from "../../src/vocabulary/training-cutter.js";
import { type CountedWords, type CountOptions, countWords } from "../../src/vocabulary/word-counts.js";
import { createWordTable, wordCountsOf, wordsWithCounts } from "../../src/vocabulary/word-table.js";
import { sampleJson } from "../tokenizer/sample-tokenizers.js";

const parts = cuttingPartsOf(parseTokenizerJson(sampleJson(), "sample"));

async function* piecesOf(texts: Iterable<string>): AsyncGenerator<string> {
  yield* texts;
}

const count = (texts: Iterable<string>, options: CountOptions = {}): Promise<CountedWords> =>
  countWords(piecesOf(texts), parts, options);

test("a table counts as a Map does", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ unit: "grapheme", maxLength: 3 }), fc.nat(9))), (words) => {
      const expected = new Map<string, number>();
      for (const [word, times] of words) expected.set(word, (expected.get(word) ?? 0) + times);
      assert.deepEqual([...wordsWithCounts(wordCountsOf(words))], [...expected]);
    }),
  );
});

test("the rarest words go, the others stay in their order", () => {
  const table = createWordTable();
  const words = Array.from({ length: 5000 }, (_, i) => `word ${i}`);
  for (const [i, word] of words.entries()) table.add(Buffer.from(word), 0, word.length, 1 + (i % 3));
  assert.equal(table.drop(1), 1667);
  assert.deepEqual(
    [...wordsWithCounts(table.words())].map(([word]) => word),
    words.filter((_, i) => i % 3 > 0),
  );
  table.add(Buffer.from("word 1"), 0, 6, 5);
  table.add(Buffer.from("word 0"), 0, 6, 5);
  const after = new Map(wordsWithCounts(table.words()));
  assert.deepEqual([after.get("word 1"), after.get("word 0"), table.size], [7, 5, 3334]);
});

test("the same counts in the same order with any number of threads", async () => {
  const random = createRandom(5);
  const letters = (n: number): string => n.toString(26).replaceAll(/\d/g, (digit) => "zyxwvutsrq"[Number(digit)]!);
  const texts = Array.from({ length: 40 }, () =>
    Array.from({ length: 20_000 }, () => letters(Math.floor(1 / (1e-5 + random.uniform())))).join(" "),
  );
  const [one, two, three] = await Promise.all([1, 2, 3].map((threads) => count(texts, { threads })));
  assert(one!.size > 1000);
  assert.deepEqual(two, one);
  assert.deepEqual(three, one);
  const total = one!.counts.reduce((sum, times) => sum + times, 0);
  assert.equal(total, 40 * 20_000);
});

test("with too little memory the rare words are left out, and it is said how often they occurred", async () => {
  const rare = Array.from({ length: 300_000 }, (_, i) => ` ${(i * 7919).toString(36).replaceAll(/\d/g, "z")}q`);
  const texts = Array.from(
    { length: 30 },
    (_, i) => `${rare.slice(i * 10_000, (i + 1) * 10_000).join("")}${" often".repeat(100)}\n`,
  );
  const all = await count(texts);
  const some = await count(texts, { memory_mb: 228 });
  assert(some.size < 0.7 * all.size);
  assert.equal(new Map(wordsWithCounts(some)).get(" often"), 3000);
  const sum = ({ counts }: CountedWords): number => counts.reduce((total, times) => total + times, 0);
  assert.equal(sum(some) + some.dropped, sum(all));
  await assert.rejects(count(texts, { memory_mb: 100 }), /memory_mb: 100 MB are too little/);
});

test("words as SentencePiece sees them: by lines, at spaces, line ends and tabs alone, digits apart where asked", () => {
  const marking = { type: "Replace", pattern: { String: " " }, content: "\u2581" };
  const raw = {
    ...sampleJson(),
    pre_tokenizer: null,
    normalizer: { type: "Sequence", normalizers: [{ type: "Prepend", prepend: "\u2581" }, marking] },
  };
  const words = (text: string, splitDigits = false): string[] => {
    const all: string[] = [];
    createTrainingCutter(cuttingPartsOf(parseTokenizerJson(raw, "sample")), splitDigits)(text, (word) =>
      all.push(word),
    );
    return all;
  };
  assert.deepEqual(words("one  two\tthree\nfour"), ["▁one", "▁", "▁two", "\t", "three", "\n", "▁four"]);
  assert.deepEqual(words("in 2024x", true), ["▁in", "▁", "2", "0", "2", "4", "x"]);
});
