import assert from "node:assert/strict";
import { test } from "node:test";
import { tokenOfText } from "../../src/tokenizer/byte-level.js";
import { parseTokenizerJson } from "../../src/tokenizer/tokenizer-json.js";
import { cutVocabulary } from "../../src/vocabulary/cut-vocabulary.js";
import { addedToken, sampleJson } from "../tokenizer/sample-tokenizers.js";

const base = parseTokenizerJson(
  sampleJson({
    tokens: ["ab", "abc", "xy", "abcd"],
    merges: ["a b", "ab c", "x y", "abc d", "a bc".replace("bc", "b")],
    added: [addedToken(260, "<s>")],
  }),
  "sample",
);

test("the first ids, what makes them, and the added tokens behind", () => {
  const cut = cutVocabulary(base, 257);
  assert.equal(cut.size, 258);
  assert.deepEqual([cut.vocabulary.get("ab"), cut.addedTokens[0]!.id, cut.vocabulary.has("abc")], [256, 257, false]);
  assert.deepEqual(new Set(cut.merges.map((merge) => merge.join(" "))), new Set(["a b"]));
  assert.throws(() => cutVocabulary(base, 261), /261 of 261 tokens is no cut/);
});

test("the most used tokens with their ancestors; the bytes count, the added tokens do not", () => {
  const use = new Float64Array(base.size);
  use[base.vocabulary.get("abcd")!] = 9;
  use[base.vocabulary.get("xy")!] = 5;
  assert.deepEqual(
    ["ab", "abc", "abcd", "xy", tokenOfText(" ")].map((token) => cutVocabulary(base, 259, use).vocabulary.has(token)),
    [true, true, true, false, true],
  );
  // There is no room for abcd and what it is made of: the next best.
  const small = cutVocabulary(base, 257, use);
  assert.deepEqual(
    ["ab", "abcd", "xy"].map((token) => small.vocabulary.has(token)),
    [false, false, true],
  );
  assert.throws(() => cutVocabulary(base, 100, use), /too few: the bytes alone are 256/);
});

test("ids close up in their old order", () => {
  const use = new Float64Array(base.size);
  use[base.vocabulary.get("xy")!] = 5;
  const cut = cutVocabulary(base, 257, use);
  const order = (tokens: ReadonlyMap<string, number>): string[] =>
    [...tokens].sort((a, b) => a[1] - b[1]).map(([token]) => token);
  assert.deepEqual(
    order(cut.vocabulary),
    order(base.vocabulary).filter((token) => cut.vocabulary.has(token)),
  );
});
