import assert from "node:assert/strict";
import { test } from "node:test";
import { Tokenizer } from "tokenizers";
import { createRandom } from "../../src/random.js";
import { createNormalizer } from "../../src/tokenizer/normalizer.js";
import type { Component } from "../../src/tokenizer/tokenizer-components.js";
import { charsmapOf, sampleRules } from "./formats/sample-charsmap.js";
import { sampleJson } from "./sample-tokenizers.js";

const normalizers: Component[] = [
  ...["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt", "ByteLevel"].map((type) => ({ type })),
  { type: "Strip", strip_left: true, strip_right: true },
  { type: "Strip", strip_left: true, strip_right: false },
  { type: "Strip", strip_left: false, strip_right: true },
  { type: "Prepend", prepend: "▁" },
  { type: "Replace", pattern: { String: " " }, content: "▁" },
  { type: "Replace", pattern: { String: "''" }, content: "$&" },
  { type: "Replace", pattern: { Regex: " {2,}" }, content: "$1" },
  { type: "Replace", pattern: { Regex: "[^\\p{L}\\n]+" }, content: "" },
  { type: "Precompiled", precompiled_charsmap: charsmapOf(sampleRules).toString("base64") },
  {
    type: "Sequence",
    normalizers: [
      { type: "NFKD" },
      { type: "StripAccents" },
      { type: "Lowercase" },
      { type: "Prepend", prepend: "▁" },
      { type: "Replace", pattern: { String: " " }, content: "▁" },
    ],
  },
];

const pool = [
  ..."aBΣς İßŞéИй\u0301\u0323\u0345ё\t\n\r\u0000\u0007\u001f\u007f\u200b\u2028▁ \u00a0\u3000ﬁ½①漢ガ가각ﬆ😀𝐀'",
].concat("''", "  ");

for (const normalizer of normalizers) {
  test(`texts are those of Hugging Face tokenizers: ${JSON.stringify(normalizer)}`, () => {
    const peer = Tokenizer.fromString(JSON.stringify({ ...sampleJson(), normalizer })).getNormalizer()!;
    const ours = createNormalizer({ normalizer, source: "sample" });
    const random = createRandom(3);
    for (let round = 0; round < 500; round++) {
      const text = Array.from({ length: random.below(10) }, () => pool[random.below(pool.length)]).join("");
      assert.equal(ours(text), peer.normalizeString(text), JSON.stringify(text));
    }
  });
}

test("what is not supported is refused by name", () => {
  for (const normalizer of [{ type: "BertNormalizer" }, { type: "Replace", pattern: { Regex: "x*" }, content: "" }]) {
    assert.throws(
      () => createNormalizer({ normalizer, source: "sample" }),
      new RegExp(`normalizer ${normalizer.type}`),
    );
  }
});
