import assert from "node:assert/strict";
import { test } from "node:test";
import type { Documents } from "../../src/corpus/document.js";
import { createTokenizer } from "../../src/tokenizer/create-tokenizer.js";
import { cutText } from "../../src/tokenizer/cut-text.js";
import { symbolsPerToken } from "../../src/tokenizer/symbols-per-token.js";
import { parseTokenizerJson } from "../../src/tokenizer/tokenizer-json.js";
import { sampleJson } from "./sample-tokenizers.js";

async function* documents(...texts: string[]): Documents extends AsyncIterable<infer D> ? AsyncGenerator<D> : never {
  for (const [index, text] of texts.entries()) yield { text, source: "test", index };
}
const load = (raw: Record<string, unknown>): ReturnType<typeof createTokenizer> =>
  createTokenizer(parseTokenizerJson(raw, "sample"), { bosId: undefined, eosIds: [], chatTemplate: undefined });

test("counts by hand", async () => {
  const tokenizer = load(sampleJson({ tokens: ["ab"], merges: ["a b"] }));
  // "ab ab\n" and "я😀": 8 characters, 12 bytes, 3 words; tokens: ab, space, ab, line feed, then 2 + 4 bytes.
  assert.deepEqual(await symbolsPerToken(tokenizer, documents("ab ab\n", "я😀")), {
    characters: 8,
    bytes: 12,
    words: 3,
    tokens: 10,
    symbols_per_token: 0.8,
    tokens_per_word: 10 / 3,
    bytes_per_token: 1.2,
    unknown_tokens: 0,
    lossless_share: 1,
  });
  await assert.rejects(symbolsPerToken(tokenizer, documents()), /no text/);
});

test("a normaliser that drops text does not look efficient", async () => {
  const tokenizer = load({ ...sampleJson(), normalizer: { type: "Lowercase" } });
  const { lossless_share } = await symbolsPerToken(tokenizer, documents("abc\nAbc\n\nabC"));
  assert.equal(lossless_share, 0.5);
});

test("pieces make up the text, and tokens stay those of the whole", async () => {
  const tokenizer = load(sampleJson({ tokens: ["ĊĊ"], merges: ["Ċ Ċ"] }));
  const text = "ab cd\n\n  e\n".repeat(20_000);
  const pieces = [...cutText(text)];
  assert(pieces.length > 2);
  assert.equal(pieces.join(""), text);
  const { tokens } = await symbolsPerToken(tokenizer, documents(text));
  assert.equal(tokens, (await tokenizer.encode(text)).length);
  const endless = "😀".repeat(1_500_000);
  const halves = [...cutText(endless)];
  assert(halves.length > 1 && halves.join("") === endless);
  assert(halves.every((piece) => Buffer.from(piece).toString() === piece));
});
