import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { Tokenizer } from "tokenizers";
import { createRandom } from "../../src/random.js";
import { tokenOfText } from "../../src/tokenizer/byte-level.js";
import { parseTokenizerJson } from "../../src/tokenizer/tokenizer-json.js";
import { startFromBytes } from "../../src/vocabulary/bpe-alphabet.js";
import { type BpeVocabulary, type TrainBpeOptions, trainBpe } from "../../src/vocabulary/train-bpe.js";
import { cuttingPartsOf } from "../../src/vocabulary/training-cutter.js";
import { countWords } from "../../src/vocabulary/word-counts.js";
import { wordCountsOf } from "../../src/vocabulary/word-table.js";
import { sampleJson } from "../tokenizer/sample-tokenizers.js";

const train = (
  words: [string, number][],
  { letters = [], ...options }: TrainBpeOptions & { letters?: string[] },
): BpeVocabulary => trainBpe(startFromBytes(wordCountsOf(words), letters), options);

const mergesOf = (words: [string, number][], options = {}): string[] =>
  train(words, { size: 1000, ...options }).merges.map(([left, right]) => `${left} ${right}`);

test("merges by hand: most frequent pair first", () => {
  // Pairs: a a 3, a b 5, a c 1. After ab: a ab 3, a c 1.
  const words: [string, number][] = [
    ["aab", 3],
    ["ab", 2],
    ["ac", 1],
  ];
  assert.deepEqual(mergesOf(words), ["a b", "a ab", "a c"]);
  assert.deepEqual(mergesOf(words, { min_frequency: 2 }), ["a b", "a ab"]);
  assert.deepEqual(mergesOf(words, { size: 257 }), ["a b"]);
  assert.deepEqual(mergesOf(words, { max_token_length: 2 }), ["a b", "a c"]);
  const { tokens, counts } = train(words, { size: 258 });
  assert.deepEqual(tokens.slice(256), ["ab", "aab"]);
  assert.deepEqual(counts.slice(255), [0, 5, 3]);
});

test("of equal counts the lower ids come first", () => {
  assert.deepEqual(
    mergesOf([
      ["dc", 2],
      ["ba", 2],
      ["bc", 2],
    ]),
    ["b a", "b c", "d c"],
  );
});

test("runs of one letter", () => {
  // aaaaa: the pair a a stands at four places; two of them merge, then aa aa, then the letter that is left.
  assert.deepEqual(mergesOf([["aaaaa", 1]]), ["a a", "aa a", "aa aaa"]);
});

test("a token that another pair makes too is not made twice", () => {
  // ab, then abc from "ab c"; bc from its own words, then "a bc" would be abc again.
  const { tokens, merges } = train(
    [
      ["abcX", 5],
      ["bc", 9],
      ["abY", 1],
      ["abc", 2],
    ],
    { size: 1000 },
  );
  assert.equal(new Set(tokens).size, tokens.length);
  assert.equal(
    merges.every(([left, right]) => tokens.includes(left + right)),
    true,
  );
});

test("letters are tokens before anything is counted", () => {
  const letters = ["ё", "я", "漢"];
  const { tokens, merges } = train(
    [
      ["яё", 3],
      ["ab", 1],
    ],
    { size: 1000, letters },
  );
  assert.deepEqual(
    tokens.slice(256),
    ["ё", "я", "漢".slice(0, 0), "漢", "яё", "ab"]
      .filter(Boolean)
      .flatMap((text) => (text === "漢" ? [tokenOfText(text).slice(0, 2), tokenOfText(text)] : [tokenOfText(text)])),
  );
  assert.deepEqual(merges.at(-2), [tokenOfText("я"), tokenOfText("ё")]);
  assert.deepEqual(train([], { size: 259, letters }).merges.length, 4);
});

test("counts above 32 bits do not overflow, and a word of a million letters is no trouble", () => {
  const many = 2 ** 40;
  assert.deepEqual(
    mergesOf([
      ["ab", many],
      ["ac", many + 1],
    ]),
    ["a c", "a b"],
  );
  assert.equal(mergesOf([["xy".repeat(500_000), 1]], { size: 259 })[0], "x y");
});

test("the same merges as Hugging Face tokenizers", async () => {
  const random = createRandom(3);
  const roots = "дом лес вода красн ход нес смотр work read house str ing 漢字 ёлк".split(" ");
  const ends = "а ы у ом ами ed s er ющий ть тся ... ! 12 345".split(" ");
  const word = (): string => roots[random.below(roots.length)]! + ends[random.below(ends.length)]!;
  const lines = Array.from({ length: 400 }, () => `${Array.from({ length: 8 }, word).join(" ")}\n`);
  const folder = mkdtempSync(path.join(tmpdir(), "lep-"));
  try {
    const text = path.join(folder, "text.txt");
    writeFileSync(text, lines.join(""));
    // The binding's trainer takes no options: 30,000 tokens, every pair, an alphabet of the bytes that occur.
    const peer = Tokenizer.fromString(JSON.stringify(sampleJson({ model: { vocab: {}, merges: [] } })));
    peer.train([text]);
    peer.save(path.join(folder, "peer.json"));
    const saved = JSON.parse(readFileSync(path.join(folder, "peer.json"), "utf8")) as { model: { merges: string[][] } };
    async function* pieces(): AsyncGenerator<string> {
      yield* lines;
    }
    const words = await countWords(pieces(), cuttingPartsOf(parseTokenizerJson(sampleJson(), "sample")));
    const ours = trainBpe(startFromBytes(words), { size: 30_000 });
    assert(ours.merges.length > 300);
    assert.deepEqual(
      ours.merges,
      saved.model.merges.map((merge) => (typeof merge === "string" ? (merge as string).split(" ") : merge)),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
