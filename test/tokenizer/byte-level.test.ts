import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { byteLevelAlphabet } from "tokenizers";
import { byteAlphabet, bytesOfToken, textOfToken, tokenOfBytes, tokenOfText } from "../../src/tokenizer/byte-level.js";

test("the alphabet is the one of Hugging Face tokenizers", () => {
  assert.deepEqual([...byteAlphabet].sort(), [...byteLevelAlphabet()].sort());
  assert.equal(tokenOfText(" Привет\n"), "ĠÐŁÑĢÐ¸Ð²ÐµÑĤĊ");
});

test("bytes and texts come back", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      assert.deepEqual(bytesOfToken(tokenOfBytes(bytes)), bytes);
    }),
  );
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => assert.equal(textOfToken(tokenOfText(text)), text)));
});

test("what is no printable form, or no whole text, is undefined", () => {
  assert.equal(bytesOfToken("a b"), undefined);
  assert.equal(bytesOfToken("я"), undefined);
  assert.equal(textOfToken("Ð"), undefined);
});
