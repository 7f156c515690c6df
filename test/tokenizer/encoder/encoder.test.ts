import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { Tokenizer } from "tokenizers";
import { packageRoot } from "../../../src/package-root.js";
import { createEncoder } from "../../../src/tokenizer/encoder/encoder.js";
import { gpt2Pattern } from "../../../src/tokenizer/formats/patterns.js";
import { parseTokenizerJson, readTokenizerJson } from "../../../src/tokenizer/tokenizer-json.js";
import { addedToken, byteLevelFolder, llama3Pattern, sampleJson, splitBy } from "../sample-tokenizers.js";
import { assertSameIds, oddities, oddTexts } from "./compare-ids.js";
import { sentencePiece, smallBpe, smallUnigram, spaceMarks } from "./small-vocabularies.js";

// All ids are compared with those of Hugging Face tokenizers.

const tinyBase = path.join(packageRoot(), "data", "tiny-base", "tokenizer.json");
const rawOf = (file: string): Record<string, unknown> => readTokenizerJson(file).raw as Record<string, unknown>;
const tiny = rawOf(tinyBase);
const withParts = (parts: Record<string, unknown>, model: Record<string, unknown> = {}): Record<string, unknown> => ({
  ...tiny,
  ...parts,
  model: { ...(tiny.model as object), ...model },
});

const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
const metaspace = { type: "Metaspace", replacement: "▁" };
const sequence = (...pretokenizers: unknown[]): unknown => ({ type: "Sequence", pretokenizers });
const qwenPattern = llama3Pattern.replace("{1,3}", "");

const tokenizers: Record<string, Record<string, unknown>> = {
  "tiny-base": tiny,
  "byte-level": rawOf(path.join(byteLevelFolder, "tokenizer.json")),
  "no whole words": withParts({}, { ignore_merges: false }),
  "GPT-2": withParts({ pre_tokenizer: byteLevel }),
  "GPT-2 as a Split": withParts({ pre_tokenizer: splitBy(gpt2Pattern) }),
  "a space in front": withParts({ pre_tokenizer: { ...byteLevel, add_prefix_space: true } }),
  "Qwen2, NFC": withParts({ normalizer: { type: "NFC" }, pre_tokenizer: splitBy(qwenPattern) }),
  "digits, then GPT-2": withParts({ pre_tokenizer: sequence({ type: "Digits", individual_digits: true }, byteLevel) }),
  "a pattern without a scanner": withParts({ pre_tokenizer: splitBy("\\w+|[^\\w\\s]+|\\s") }),
  "bytes in one word": withParts({ pre_tokenizer: { ...byteLevel, use_regex: false } }),
  "byte-level as a normaliser": withParts({ normalizer: { type: "ByteLevel" }, pre_tokenizer: null }),
  "a byte that is missing": sampleWithout("a"),
  "Llama 2": smallBpe(),
  "Llama 2, merges across words": smallBpe({}, {}, { crosses: true }),
  "whole words first": smallBpe({ ignore_merges: true }),
  "no byte fallback": smallBpe({ byte_fallback: false }, {}, { bytes: false }),
  "unknown characters one by one": smallBpe({ byte_fallback: false, fuse_unk: false }, {}, { bytes: false }),
  "no unknown token": smallBpe({ byte_fallback: false, unk_token: null }, {}, { bytes: false }),
  Gemma: smallBpe(
    {},
    {
      normalizer: spaceMarks,
      pre_tokenizer: { type: "Split", pattern: { String: " " }, behavior: "MergedWithPrevious", invert: false },
    },
  ),
  ...Object.fromEntries(
    ["always", "first", "never"].flatMap((prepend_scheme) =>
      [true, false].map((split) => [
        `Metaspace ${prepend_scheme}${split ? "" : " in one word"}`,
        smallBpe(
          {},
          {
            normalizer: null,
            pre_tokenizer: { ...metaspace, prepend_scheme, split },
            added_tokens: [{ ...addedToken(0, "<unk>") }],
          },
        ),
      ]),
    ),
  ),
  Unigram: smallUnigram(),
  "Unigram, pieces across words": smallUnigram({}, {}, { crosses: true }),
  "Unigram without byte fallback": smallUnigram({ byte_fallback: false }, {}, { bytes: false }),
  "Unigram, T5": smallUnigram(
    { byte_fallback: false },
    { normalizer: { type: "NFKC" }, pre_tokenizer: { ...metaspace, prepend_scheme: "always", split: true } },
  ),
  "Unigram, XLM-R": smallUnigram(
    {},
    {
      normalizer: { type: "Sequence", normalizers: [{ type: "Nmt" }, { type: "NFKC" }] },
      pre_tokenizer: sequence({ type: "WhitespaceSplit" }, { ...metaspace, prepend_scheme: "always", split: true }),
    },
  ),
};

function sampleWithout(token: string): Record<string, unknown> {
  const raw = sampleJson({ tokens: ["bc"], merges: ["b c"] });
  const { vocab, ...model } = raw.model as { vocab: Record<string, number> };
  const kept = Object.keys(vocab).filter((name) => name !== token);
  return { ...raw, model: { ...model, vocab: Object.fromEntries(kept.map((name, id) => [name, id])) } };
}

for (const [name, raw] of Object.entries(tokenizers)) {
  test(`ids are those of Hugging Face tokenizers: ${name}`, async () => {
    const added = ((raw.added_tokens ?? []) as { content: string }[]).map(({ content }) => content);
    const pool = [...oddities, ...added, ...added];
    assert.equal(await assertSameIds(raw, [...oddTexts(1500, 12, pool), ...oddTexts(60, 90, pool)]), 0);
  });

  test(`long runs: ${name}`, async () => {
    const runs = ["a", "аб", "ё", " ", "\n", "-", "😀", "ab ", "1", "▁", "\u0301", "漢字"];
    await assertSameIds(
      raw,
      runs.map((run) => run.repeat(3000 / run.length)),
    );
  });
}

test("a run of 100,000 letters is no hindrance", async () => {
  const texts = ["a".repeat(100_000), "при".repeat(33_333)];
  await assertSameIds(tiny, texts);
  await assertSameIds(smallBpe(), texts);
});

test("added tokens: normalised or not, single words, spaces to the sides", async () => {
  const flags = ["single_word", "lstrip", "rstrip", "normalized", "special"];
  const contents = ["<a>", "<ab>", "ab", "ё", " ", "The", "e\u0301", "😀", "<a><b", "'s", "é", "23", "漢", "▁x"];
  for (const base of [
    sampleJson(),
    smallBpe({}, {}, { bytes: false }),
    { ...sampleJson(), normalizer: { type: "NFD" } },
  ]) {
    const { vocab } = base.model as { vocab: Record<string, number> };
    for (let round = 0; round < 40; round++) {
      let next = Object.keys(vocab).length;
      const used = new Set<string>();
      const added = contents.slice(round % 3, (round % 3) + 4 + (round % 11)).flatMap((content, i) => {
        const token = addedToken(vocab[content] ?? next, content);
        for (const [bit, flag] of flags.entries()) token[flag] = ((round * 7 + i * 5) >> bit) % 2 === 1;
        // The binding ends the process where one of these begins in what the token before it has stripped.
        if (content === " ") token.lstrip = false;
        // Two that become the same are refused by the binding.
        const key = token.normalized ? content.normalize("NFD") : `${content} as it is`;
        if (used.has(key) || used.has(content)) return [];
        used.add(key).add(content);
        if (vocab[content] === undefined) next++;
        return [token];
      });
      const pool = [...oddities, ...contents, ...contents, " ", "  ", "a", "_"];
      await assertSameIds({ ...base, added_tokens: added }, oddTexts(60, 14, pool));
    }
  }
});

test("20,000 added tokens", async () => {
  const added = Array.from({ length: 20_000 }, (_, i) => addedToken(256 + i, `<|word ${i.toString(7)}|>`));
  const pool = [...oddities, "<|word 1|>", "<|word 123|>", "<|word 6543|>", "<|word ", "<|"];
  await assertSameIds(sampleJson({ added }), oddTexts(400, 20, pool));
});

test("ids do not depend on the number of threads", async () => {
  const encoder = createEncoder(readTokenizerJson(tinyBase));
  const texts = [...oddTexts(9000, 400), "a".repeat(200_000), ...oddTexts(500, 40)];
  const alone = await encoder.encodeBatch(texts, 1);
  assert(alone.ids.length > 500_000);
  for (const threads of [2, 3]) assert.deepEqual(await encoder.encodeBatch(texts, threads), alone);
  const [one, two] = await Promise.all([encoder.encodeBatch(texts, 2), encoder.encodeBatch(texts.slice(1), 2)]);
  assert.deepEqual(one, alone);
  assert.deepEqual(two.ids, alone.ids);
  assert.deepEqual(await encoder.encodeBatch([]), { ids: new Int32Array(0), starts: new Int32Array(1), left: [] });
});

test("one text is encoded like many", async () => {
  const encoder = createEncoder(readTokenizerJson(tinyBase));
  const texts = oddTexts(100, 20);
  const { ids, starts } = await encoder.encodeBatch(texts);
  for (const [i, text] of texts.entries()) assert.deepEqual(encoder.encode(text), ids.slice(starts[i], starts[i + 1]));
});

test("characters that Unicode versions disagree about are left to the binding", async () => {
  const encoder = createEncoder(readTokenizerJson(tinyBase));
  assert.equal(encoder.encode("a\u0897b"), undefined);
  assert.equal(encoder.encode("\u{1e6c0}"), undefined);
  const { left, starts } = await encoder.encodeBatch(["a", "\u0897", "b"]);
  assert.deepEqual([left, [...starts]], [[1], [0, 1, 1, 2]]);
  // A tokenizer without classes of characters knows no such thing.
  assert.notEqual(createEncoder(parseTokenizerJson(smallBpe(), "sample")).encode("a\u0897b"), undefined);
});

test("what is not supported is refused by name", () => {
  for (const [raw, named] of [
    [withParts({ normalizer: { type: "BertNormalizer" } }), /BertNormalizer/],
    [withParts({ pre_tokenizer: { type: "BertPreTokenizer" } }), /BertPreTokenizer/],
    [withParts({ pre_tokenizer: sequence(byteLevel, { type: "Digits" }) }), /behind ByteLevel/],
    [withParts({}, { end_of_word_suffix: "</w>" }), /end_of_word_suffix/],
    [smallUnigram({ unk_id: null }), /unknown token/],
    [
      smallBpe({}, { normalizer: sentencePiece, pre_tokenizer: { ...metaspace, prepend_scheme: "first" } }),
      /Metaspace \(first\) behind Prepend/,
    ],
  ] as const) {
    assert.throws(() => createEncoder(parseTokenizerJson(raw, "sample")), named);
  }
});

test("a vocabulary that looks words up whole does not look up their parts", async () => {
  const vocab = Object.fromEntries(["▁", "a", "b", "c", "▁ab"].map((token, id) => [token, id]));
  const raw = { ...sampleJson({ model: { vocab, merges: [], ignore_merges: true } }), pre_tokenizer: null };
  const encoder = createEncoder(parseTokenizerJson(raw, "sample"));
  const peer = Tokenizer.fromString(JSON.stringify(raw));
  for (const text of ["▁ab▁ab", "▁ab", "c▁ab", "▁abc▁ab"]) {
    const expected = (await peer.encode(text, null, { addSpecialTokens: false })).getIds();
    assert.deepEqual(Array.from(encoder.encode(text)!), expected, text);
  }
});
