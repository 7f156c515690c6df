import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tokenizer } from "../../../src/tokenizer/tokenizer.js";
import { createTokenCounter, type TokenStatistics } from "../../../src/vocabulary/report/token-counter.js";

/** Tokens as text, or as bytes; ids are places in the list. `null` is an added token, `unknown` the unknown one. */
function statistics(texts: (string | number[] | null)[][], unknown?: string): TokenStatistics {
  const tokens: (string | number[] | null)[] = [];
  const sequences = texts.map((sequence) => sequence.map((token) => tokens.push(token) - 1));
  const tokenizer = {
    bytesOf: (id: number) => {
      const token = tokens[id];
      return token === null || token === undefined ? undefined : Uint8Array.from(Buffer.from(token as string));
    },
    tokenOf: (id: number) => (tokens[id] === null ? "<eos>" : String(tokens[id])),
    unknownId: unknown === undefined ? undefined : tokens.indexOf(unknown),
  } as unknown as Tokenizer;
  const counter = createTokenCounter(tokenizer);
  for (const ids of sequences) counter.add(ids);
  return counter.result();
}

const words = (...texts: (string | number[] | null)[][]): [words: number, oneToken: number] => {
  const { letter_words, one_token_words } = statistics(texts);
  return [letter_words, Math.round((one_token_words ?? 0) * letter_words)];
};

test("words in one token: with a leading space, between punctuation, several in one token", () => {
  assert.deepEqual(words(["Все", " дома", "."]), [2, 2]);
  assert.deepEqual(words(["Вс", "е", " до", "ма", "."]), [2, 0]);
  assert.deepEqual(words([" ", "дом", ",", " на", "до", " а"]), [3, 2]);
  assert.deepEqual(words(["of the", "m all"]), [3, 2], "of and all; them is cut");
  assert.deepEqual(words([" in the end."]), [3, 3]);
});

test("a word ends with its text, and with an added token", () => {
  assert.deepEqual(words(["до"], ["ма"]), [2, 2]);
  assert.deepEqual(words(["до", null, "ма"]), [2, 2]);
  assert.deepEqual(words(["1", "-", " "]), [0, 0]);
  assert.equal(statistics([["1"]]).one_token_words, null);
});

test("letters in bytes belong to a word of several tokens; bytes that are no text to none", () => {
  assert.deepEqual(words([[0xd0], [0xb4]]), [1, 0], "д");
  assert.deepEqual(words(["до", [0xd0], [0xbc], "а", " и"]), [2, 1]);
  assert.deepEqual(words([[0x20, 0xd0], [0xb4], " и"]), [2, 1]);
  assert.deepEqual(words([[0xf0], [0x9f], [0x98], [0x80], "да"]), [1, 1], "an emoji");
  assert.deepEqual(words(["да", [0xff], "нет"]), [2, 2]);
  assert.deepEqual(words(["да", [0xd0], "нет"]), [2, 2], "half a character");
});

test("text that the vocabulary cannot spell is part of no whole word", () => {
  assert.deepEqual(statistics([[" ", "?", " да"]], "?"), {
    letter_words: 2,
    one_token_words: 0.5,
    token_lengths: [0, 2, 0, 1],
  });
});

test("lengths in characters, code points not units; parts of characters at 0", () => {
  assert.deepEqual(statistics([["а", " дом", "😀", [0xd0]], ["x"]]).token_lengths, [1, 3, 0, 0, 1]);
});
