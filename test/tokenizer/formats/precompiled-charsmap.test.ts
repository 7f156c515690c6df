import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import * as binding from "tokenizers";
import { TokenizerError } from "../../../src/errors.js";
import {
  normalizeGraphemes,
  normalizeText,
  parseCharsmap,
} from "../../../src/tokenizer/formats/precompiled-charsmap.js";
import {
  formatSentencePieceModel,
  parseSentencePieceModel,
} from "../../../src/tokenizer/formats/sentencepiece-model.js";
import { sentencePieceIds } from "../../../src/tokenizer/formats/sentencepiece-peer.js";
import { parseTokenizerJson } from "../../../src/tokenizer/tokenizer-json.js";
import { sampleJson } from "../sample-tokenizers.js";
import { charsmapOf, sampleRules } from "./sample-charsmap.js";
import { hasTrainer, mixedParts, mixedTexts, oddTexts, sampleModel, trainModel } from "./sample-models.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-"));
after(() => rmSync(folder, { recursive: true }));

const parts = [
  ...mixedParts,
  ...Object.keys(sampleRules),
  "E",
  "ＡＢ",
  "Ⅳ",
  "\u0306",
  "\u1112\u1161\u11ab",
  "ｶﾞ",
  "…",
  "®",
];
const texts = [...oddTexts, ...mixedTexts(parts, 1500, 5)].map((text) => Buffer.from(text).toString());

/** What SentencePiece's own code makes of each text: a vocabulary of nothing but bytes spells it out. */
async function normalizedByPeer(charsmap: Uint8Array): Promise<string[]> {
  const file = path.join(folder, "bytes.model");
  const normalizer = { charsmap, addDummyPrefix: false };
  writeFileSync(
    file,
    formatSentencePieceModel(sampleModel({ type: "BPE", byteFallback: true, pieces: ["\u{10fff0}"], normalizer })),
  );
  const ids = await sentencePieceIds(file, texts);
  return ids.map((list) => Buffer.from(list.map((id) => id - 3)).toString());
}

async function compare(charsmap: Buffer): Promise<void> {
  const table = parseCharsmap(charsmap, "table");
  const expected = await normalizedByPeer(charsmap);
  for (const [i, text] of texts.entries()) {
    assert.equal(normalizeText(table, text).replaceAll(" ", "▁"), expected[i], JSON.stringify(text));
  }
  const peer = binding.precompiled([...charsmap]);
  for (const text of texts) {
    assert.equal(normalizeGraphemes(table, text), peer.normalizeString(text), JSON.stringify(text));
  }
}

test("a table does what it does in SentencePiece and in Hugging Face tokenizers", () =>
  compare(charsmapOf(sampleRules)));

test("SentencePiece's own tables do too", { skip: hasTrainer ? false : "spm_train is not installed" }, async () => {
  for (const rule of ["nmt_nfkc", "nfkc_cf"]) {
    const file = trainModel(folder, rule, ["--vocab_size=400", `--normalization_rule_name=${rule}`]);
    const { normalizer } = parseSentencePieceModel(readFileSync(file), file);
    assert.ok(normalizer.charsmap.length > 100_000);
    await compare(Buffer.from(normalizer.charsmap));
  }
});

test("the longest key wins in SentencePiece, the shortest in a grapheme elsewhere", () => {
  const table = parseCharsmap(charsmapOf(sampleRules), "table");
  assert.equal(normalizeText(table, "abcab E\u0301ﬁ\u200b"), "yzx éfi");
  assert.equal(normalizeGraphemes(table, "E\u0301"), "e");
});

test("long texts, long graphemes: the same as in Hugging Face tokenizers", () => {
  const charsmap = charsmapOf(sampleRules);
  const table = parseCharsmap(charsmap, "table");
  const peer = binding.precompiled([...charsmap]);
  const long = ["ก็ข้าว".repeat(900), `e${"\u0301".repeat(3000)}ﬁ`, "🇷🇺".repeat(700), "👩‍👩‍👧E\u0301 ".repeat(500)];
  for (let shift = 0; shift < 9; shift++) long.push("ก".repeat(shift) + "👩‍👩‍👧".repeat(200));
  for (const text of long) assert.equal(normalizeGraphemes(table, text), peer.normalizeString(text));
});

test("a damaged table is refused, or it is harmless in every hand", async () => {
  const bytes = charsmapOf(sampleRules);
  const json = (table: Uint8Array): unknown => ({
    ...sampleJson(),
    normalizer: { type: "Precompiled", precompiled_charsmap: Buffer.from(table).toString("base64") },
  });
  let state = 3;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % limit;
  };
  // Bytes that mean something, with a few of the rest.
  const used = [...bytes.entries()].filter(([, byte]) => byte !== 0).map(([i]) => i);
  let harmless = 0;
  for (let i = 0; i < 300; i++) {
    const changed = Uint8Array.from(i % 10 === 0 ? bytes.subarray(0, below(bytes.length)) : bytes);
    for (let n = below(3); n >= 0; n--) {
      const at = n === 0 ? used[below(used.length)]! : below(Math.max(1, changed.length));
      if (at < changed.length) changed[at] = below(256);
    }
    try {
      const table = parseCharsmap(changed, "changed");
      harmless++;
      const peer = binding.precompiled([...changed]);
      for (const text of texts.slice(0, 60)) {
        assert.equal(normalizeGraphemes(table, text), peer.normalizeString(text));
        normalizeText(table, text);
      }
    } catch (error) {
      assert.ok(error instanceof TokenizerError, String((error as Error).stack));
      assert.throws(() => parseTokenizerJson(json(changed), "changed.json"), /changed\.json: normalizer: the table of/);
    }
  }
  assert.ok(harmless > 20 && harmless < 280, `${harmless} of 300 harmless`);
  parseTokenizerJson(json(bytes), "whole.json");
  assert.throws(
    () =>
      parseTokenizerJson(
        { ...sampleJson(), normalizer: { type: "Precompiled", precompiled_charsmap: "A*B" } },
        "b.json",
      ),
    /b\.json: normalizer\.precompiled_charsmap: expected bytes in base64/,
  );
});
