import assert from "node:assert/strict";
import { test } from "node:test";
import { tokenOfText } from "../../src/tokenizer/byte-level.js";
import { parseTokenizerJson } from "../../src/tokenizer/tokenizer-json.js";
import type { Word } from "../../src/vocabulary/candidate-words.js";
import { createOneTokenTest, type Extension, extendMerges } from "../../src/vocabulary/extend-merges.js";
import { sampleJson } from "../tokenizer/sample-tokenizers.js";

const bytes = parseTokenizerJson(sampleJson(), "sample");
const mergesOf = ({ merges }: Extension): string[] => merges.map((merge) => merge.join(" "));
const shown = (...pairs: [string, string][]): string[] => pairs.map((pair) => pair.map(tokenOfText).join(" "));

test("merges by hand, until every word is one token", () => {
  // a b 5, b c 3, x y 2; after ab: ab c 3.
  const extension = extendMerges(bytes, [
    ["abc", 3],
    ["ab", 2],
    ["xy", 2],
  ]);
  assert.deepEqual(mergesOf(extension), ["a b", "ab c", "x y"]);
  assert.deepEqual(extension.tokens, ["ab", "abc", "xy"]);
});

test("of equal counts: shorter text, then fewer bytes, then byte order", () => {
  // "я" is one character of two bytes, "漢" one of three that comes about in two steps.
  const extension = extendMerges(bytes, [
    ["ba", 1],
    ["ab", 1],
    ["漢", 1],
    ["я", 1],
  ]);
  const [first, second, third] = tokenOfText("漢");
  assert.deepEqual(mergesOf(extension), [
    // The tail of a character holds no character; after that the letters.
    `${second} ${third}`,
    `${tokenOfText("я")[0]} ${tokenOfText("я")[1]}`,
    `${first} ${second}${third}`,
    "a b",
    "b a",
  ]);
});

test("the original merges come first in the segmentation", () => {
  const base = parseTokenizerJson(sampleJson({ tokens: ["bc"], merges: ["b c"] }), "sample");
  assert.deepEqual(
    mergesOf(
      extendMerges(base, [
        ["abc", 1],
        ["ab", 1],
      ]),
    ),
    ["a b", "a bc"],
  );
});

test("a pair that makes an old token adds a merge and no token", () => {
  // abc is in the vocabulary, but no merge leads there.
  const base = parseTokenizerJson(sampleJson({ tokens: ["abc"] }), "sample");
  const extension = extendMerges(base, [["abcd", 1]]);
  assert.deepEqual(mergesOf(extension), ["a b", "c d", "ab cd"]);
  const other = extendMerges(base, [
    ["abcd", 1],
    ["ab", 4],
    ["abcx", 2],
  ]);
  assert.deepEqual(mergesOf(other).slice(0, 2), ["a b", "ab c"]);
  assert.equal(other.tokens.includes("abc"), false);
});

test("what is one token already depends on ignore_merges", () => {
  const parts = { tokens: ["abc"] };
  assert.equal(createOneTokenTest(parseTokenizerJson(sampleJson(parts), "sample"))("abc"), false);
  const ignoring = sampleJson({ ...parts, model: { ignore_merges: true } });
  assert.equal(createOneTokenTest(parseTokenizerJson(ignoring, "sample"))("abc"), true);
  assert.equal(createOneTokenTest(bytes)("a"), true);
});

const words: Word[] = ["вода", "воды", "водой", "лес", "леса", "лесной", "дом", "домой", "дома", "зима", "ёж"].map(
  (text, i) => [text, 100 - i],
);

test("no more tokens than asked for, as many as can be", () => {
  const all = extendMerges(bytes, words);
  assert.equal(all.words, words.length);
  for (let size = 1; size <= all.tokens.length; size++) {
    const { tokens, merges } = extendMerges(bytes, words, size);
    assert(tokens.length <= size, `${size}`);
    const known = new Set([...bytes.vocabulary.keys(), ...tokens]);
    for (const [left, right] of merges) assert(known.has(left) && known.has(right) && known.has(left + right));
  }
  assert.deepEqual(extendMerges(bytes, words, all.tokens.length), all);
  // A word of which only the last pair is left fills a gap of one: "ab" is a token, "abc" is a pair.
  const filled = extendMerges(
    bytes,
    [
      ["ab", 9],
      ["vwxyz", 5],
      ["abc", 3],
    ],
    2,
  );
  assert.deepEqual(filled, {
    tokens: ["ab", "abc"],
    merges: [
      ["a", "b"],
      ["ab", "c"],
    ],
    words: 2,
  });
});

test("letters with a merge each", () => {
  assert.deepEqual(
    mergesOf(
      extendMerges(bytes, [
        ["ёж", 1],
        ["ё", 9],
        ["ж", 9],
      ]),
    ).at(-1),
    shown(["ё", "ж"])[0],
  );
});
