import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { splitParagraphs } from "../../src/pretraining/split-paragraphs.js";

test("a paragraph keeps the white space that ends it, as one run", () => {
  assert.deepEqual([...splitParagraphs("one\ntwo  \n \r\n  three\n\n")], ["one\n", "two  \n \r\n", "  three\n\n"]);
  assert.deepEqual([...splitParagraphs("")], []);
  assert.deepEqual([...splitParagraphs("\n\nx")], ["\n\n", "x"]);
});

test("cuts where LLaMa-3's pre-tokenizer pattern ends a run of line breaks", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", " ", "\n", "\r", "\t") }), (text) => {
      const expected = text.split(/(?<=[\r\n])(?!\s*[\r\n])/);
      assert.deepEqual([...splitParagraphs(text)], text === "" ? [] : expected);
    }),
  );
});

test("very long lines are cut in linear time, never inside a character, and join to the text", () => {
  const text = "😀".repeat(100_000) + " ".repeat(300_000) + "слово ".repeat(50_000);
  const pieces = [...splitParagraphs(text)];
  assert.equal(pieces.join(""), text);
  for (const piece of pieces) {
    assert.ok(piece.length <= 1 << 16);
    assert.equal(Buffer.from(piece).toString(), piece);
  }
});
