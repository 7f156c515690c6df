import assert from "node:assert/strict";
import { test } from "node:test";
import { Tokenizer } from "tokenizers";
import { createRandom } from "../../src/random.js";
import { tokenOfText } from "../../src/tokenizer/byte-level.js";
import { compilePattern } from "../../src/tokenizer/pattern.js";
import { createPreTokenizer, wordsOf } from "../../src/tokenizer/pre-tokenizer.js";
import { parseTokenizerJson } from "../../src/tokenizer/tokenizer-json.js";
import { llama3Pattern, sampleJson, splitBy } from "./sample-tokenizers.js";

const gpt2 = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };

/** Patterns as published tokenizers have them, and some that use the rest of what is translated. */
const preTokenizers: Record<string, unknown> = {
  "LLaMa-3": splitBy(llama3Pattern),
  "GPT-2": gpt2,
  "GPT-2 with a space in front": { ...gpt2, add_prefix_space: true },
  "possessive quantifiers": splitBy(
    "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
  ),
  "cases of letters": splitBy(
    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  ),
  "classes with escapes": splitBy(
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[一-龥぀-ゟ゠-ヿ]+|\\x{0416}|\\s",
  ),
  "word characters": splitBy("\\w+|[^\\w\\s]+|\\s"),
  "anchors and atomic groups": splitBy("^.{2}|(?>a|aB)s|\\d+?|.$|\\S"),
  "a look-ahead alone": splitBy("(?=[A-ZЁЖИ])"),
  "digits, then GPT-2": { type: "Sequence", pretokenizers: [{ type: "Digits", individual_digits: true }, gpt2] },
};

const pool = [
  ..."aBsSſ'’KёЖйéИ\u0301 \n\t\u0085\ufeff\u00a0\u2028\u200d1٣½Ⅷ_-!漢のʼ\u0000ᄀﬆßİ/.",
  ..."'s|'LL|  |\r\n|23|😀|👨‍👩‍👧".split("|"),
];

const plainPool = [...pool, "▁", "▁▁", "—", "«", "  "];

for (const [name, preTokenizer] of Object.entries(preTokenizers)) {
  test(`words are those of Hugging Face tokenizers: ${name}`, () => {
    const raw = sampleJson({ pre_tokenizer: preTokenizer });
    const peer = Tokenizer.fromString(JSON.stringify(raw)).getPreTokenizer()!;
    const ours = createPreTokenizer(parseTokenizerJson(raw, name));
    const random = createRandom(7);
    for (let round = 0; round < 600; round++) {
      const text = Array.from({ length: 1 + random.below(14) }, () => pool[random.below(pool.length)]).join("");
      const expected = peer.preTokenizeString(text).map(([word]) => word);
      assert.deepEqual(wordsOf(ours, text).map(tokenOfText), expected, JSON.stringify(text));
    }
  });
}

const split = (pattern: Record<string, string>, behavior: string, invert = false): Record<string, unknown> => ({
  type: "Split",
  pattern,
  behavior,
  invert,
});
const metaspace = { type: "Metaspace", replacement: "▁" };

/** Without the byte-level alphabet: words are parts of the text. */
const plainPreTokenizers: Record<string, unknown>[] = [
  ...["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"].flatMap((behavior) => [
    split({ String: " " }, behavior),
    split({ Regex: "\\p{L}+|\\n" }, behavior),
    split({ Regex: "\\p{L}+" }, behavior, true),
    split({ Regex: "(?=[a-z])|s" }, behavior),
    split({ Regex: "(?=[a-z])|s" }, behavior, true),
    { type: "Punctuation", behavior },
  ]),
  { type: "Digits", individual_digits: false },
  { type: "Digits", individual_digits: true },
  { type: "WhitespaceSplit" },
  { type: "Whitespace" },
  ...["always", "first", "never"].flatMap((prepend_scheme) => [
    { ...metaspace, prepend_scheme, split: true },
    { ...metaspace, prepend_scheme, split: false },
  ]),
  {
    type: "Sequence",
    pretokenizers: [{ type: "WhitespaceSplit" }, { ...metaspace, prepend_scheme: "always", split: true }],
  },
  {
    type: "Sequence",
    pretokenizers: [
      { type: "Punctuation", behavior: "Isolated" },
      { type: "Digits", individual_digits: true },
    ],
  },
];

for (const preTokenizer of plainPreTokenizers) {
  test(`words are those of Hugging Face tokenizers: ${JSON.stringify(preTokenizer)}`, () => {
    const raw = sampleJson({ pre_tokenizer: preTokenizer });
    const peer = Tokenizer.fromString(JSON.stringify(raw)).getPreTokenizer()!;
    const ours = createPreTokenizer(parseTokenizerJson(raw, "sample"));
    const random = createRandom(9);
    for (let round = 0; round < 300; round++) {
      const text = Array.from({ length: 1 + random.below(14) }, () => plainPool[random.below(plainPool.length)]).join(
        "",
      );
      const expected = peer.preTokenizeString(text).map(([word]) => word);
      assert.deepEqual(wordsOf(ours, text), expected, JSON.stringify(text));
    }
  });
}

test("what cannot be translated is refused by name", () => {
  for (const [pattern, named] of [
    ["\\bword", "\\\\b"],
    ["(?x: a b)", "(?x:"],
    ["[[:alpha:]]+", "[["],
    ["[a-z&&[^x]]", "&&"],
    ["(a)\\1", "\\\\1"],
    ["\\p{Klingon}", "\\\\p{Klingon}"],
    ["(a", "("],
    ["a)", ")"],
  ]) {
    assert.throws(
      () => compilePattern(pattern!),
      (error: Error) => error.message.includes(named!),
      pattern,
    );
  }
});
