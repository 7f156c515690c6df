import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { Tokenizer as Binding } from "tokenizers";
import { formatTokenizerJson } from "../../../src/tokenizer/format-tokenizer-json.js";
import { sameNormalization } from "../../../src/tokenizer/formats/same-normalization.js";
import { mergesFromScores } from "../../../src/tokenizer/formats/score-merges.js";
import {
  formatSentencePieceModel,
  type SentencePieceModel,
} from "../../../src/tokenizer/formats/sentencepiece-model.js";
import { sentencePieceIds } from "../../../src/tokenizer/formats/sentencepiece-peer.js";
import { loadTokenizer, readTokenizer } from "../../../src/tokenizer/load-tokenizer.js";
import { sameCutting } from "../../../src/tokenizer/same-cutting.js";
import type { Merge } from "../../../src/tokenizer/tokenizer-json.js";
import { copyTokenizerFiles, writeTokenizerFolder } from "../../../src/tokenizer/write-tokenizer.js";
import { addedToken } from "../sample-tokenizers.js";
import {
  bpeSample,
  hasTrainer,
  mixedParts,
  mixedTexts,
  oddTexts,
  sampleModel,
  trainModel,
  unigramSample,
} from "./sample-models.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-"));
after(() => rmSync(folder, { recursive: true }));
const texts = [...oddTexts, ...mixedTexts(mixedParts, 400)].map((text) =>
  // Each of the two has its own idea of half a surrogate pair.
  Buffer.from(text).toString(),
);

function written(name: string, model: SentencePieceModel): string {
  const file = path.join(folder, name);
  writeFileSync(file, formatSentencePieceModel(model));
  return file;
}

/** Ids of SentencePiece's own code (sentencepiece-js). */
async function compare(file: string): Promise<number> {
  const json = readTokenizer(file);
  const found = await (await loadTokenizer(file)).encodeBatch(texts);
  const expected = await sentencePieceIds(file, texts);
  const same = sameNormalization(json);
  let compared = 0;
  for (const [i, text] of texts.entries()) {
    // A byte's piece, spelled out in characters of which some are no pieces.
    const spellsByte = json.model.byte_fallback && json.scores && text.includes("<0x") && !json.vocabulary.has("x");
    if (!same(text) || spellsByte) continue;
    compared++;
    if (!sameCutting(expected[i]!, found[i]!, json.scores))
      assert.deepEqual(found[i], expected[i], JSON.stringify(text));
  }
  return compared;
}

const withSpaces = { removeExtraWhitespaces: true };
const variants: Record<string, SentencePieceModel> = {
  "BPE with byte fallback": bpeSample,
  "BPE, extra spaces removed": { ...bpeSample, normalizer: { ...bpeSample.normalizer, ...withSpaces } },
  "BPE, no space in front": { ...bpeSample, normalizer: { ...bpeSample.normalizer, addDummyPrefix: false } },
  "BPE without bytes": sampleModel({ type: "BPE", pieces: ["▁t", "he", "▁the", ..."▁thea".split("")] }),
  "BPE with spaces inside of pieces": sampleModel({
    type: "BPE",
    byteFallback: true,
    pieces: ["e▁", "e▁t", "▁t", "he", ..."▁thea".split("")],
  }),
  Unigram: unigramSample,
  "Unigram, extra spaces removed": { ...unigramSample, normalizer: { ...unigramSample.normalizer, ...withSpaces } },
  "Unigram with byte fallback": sampleModel({
    type: "UNIGRAM",
    byteFallback: true,
    pieces: ["▁the", "▁", "при", "<", "0", "x", "4", "1", ">", "a", "A"].map((entry, i) => [entry, -3 - i / 3]),
  }),
};

for (const [name, model] of Object.entries(variants)) {
  test(`${name}: the ids of SentencePiece itself`, async () => {
    assert.equal(await compare(written(`${name}.model`, model)), texts.length);
  });
}

test("models that spm_train made", { skip: hasTrainer ? false : "spm_train is not installed" }, async (t) => {
  const options: Record<string, string[]> = {
    bpe: [
      "--model_type=bpe",
      "--vocab_size=1200",
      "--byte_fallback",
      "--normalization_rule_name=identity",
      "--remove_extra_whitespaces=false",
      "--allow_whitespace_only_pieces",
    ],
    "bpe-nmt": ["--model_type=bpe", "--vocab_size=700", "--split_digits"],
    "bpe-folded": [
      "--model_type=bpe",
      "--vocab_size=700",
      "--normalization_rule_name=nfkc_cf",
      "--add_dummy_prefix=false",
    ],
    unigram: ["--model_type=unigram", "--vocab_size=600"],
    "unigram-bytes": ["--model_type=unigram", "--vocab_size=900", "--byte_fallback", "--bos_id=-1", "--pad_id=3"],
    char: ["--model_type=char", "--vocab_size=120"],
    unused: ["--model_type=bpe", "--vocab_size=700", "--control_symbols=<x>,<y>", "--split_by_whitespace=false"],
  };
  for (const [name, more] of Object.entries(options)) {
    await t.test(name, async () => {
      assert.ok((await compare(trainModel(folder, name, more))) > 300);
    });
  }
});

test("roles, special pieces, user-defined pieces and the form in Hugging Face's code", async () => {
  const model = {
    ...bpeSample,
    pieces: [...bpeSample.pieces, { piece: "<mark>", score: 0, type: "USER_DEFINED" as const }],
  };
  const file = written("roles.model", model);
  const tokenizer = await loadTokenizer(file);
  assert.equal(tokenizer.bosId, 1);
  assert.deepEqual(tokenizer.eosIds, [2]);
  assert.equal(tokenizer.unknownId, 0);
  assert.deepEqual([...tokenizer.addedIds], [0, 1, 2, model.pieces.length - 1]);
  assert.deepEqual(tokenizer.bytesOf(tokenizer.idOf("▁the")!), Buffer.from(" the"));
  assert.deepEqual(tokenizer.bytesOf(3 + 10), Uint8Array.of(10));
  const text = "the привет<mark>abc 中\n</s>";
  const ids = await tokenizer.encode(text);
  assert.equal(ids.filter((id) => id === model.pieces.length - 1 || id === 2).length, 2);
  assert.equal(await tokenizer.decode(await tokenizer.encode("the  привет 中\n")), "the  привет 中\n");
  const peer = Binding.fromString(JSON.stringify(readTokenizer(file).raw));
  assert.deepEqual((await peer.encode(text)).getIds(), [1, ...ids]);
});

test("added tokens and roles from the files beside a tokenizer.model", async () => {
  const place = path.join(folder, "model-folder");
  mkdirSync(place);
  writeFileSync(path.join(place, "tokenizer.model"), formatSentencePieceModel(bpeSample));
  const size = bpeSample.pieces.length;
  const config = {
    eos_token: "<|end|>",
    added_tokens_decoder: {
      1: { ...addedToken(1, "<s>"), id: undefined },
      [size]: { content: "<|end|>", special: true },
    },
  };
  writeFileSync(path.join(place, "tokenizer_config.json"), JSON.stringify(config));
  writeFileSync(path.join(place, "added_tokens.json"), JSON.stringify({ "<|end|>": size, "<more>": size + 1 }));
  const tokenizer = await loadTokenizer(place);
  assert.equal(tokenizer.size, size + 2);
  assert.deepEqual(tokenizer.eosIds, [size]);
  assert.deepEqual((await tokenizer.encode("the<|end|><more>")).slice(-2), [size, size + 1]);
  // The same as files that any tool reads.
  const to = path.join(folder, "copied");
  copyTokenizerFiles(place, to);
  assert.ok(existsSync(path.join(to, "tokenizer.model")));
  const copied = await loadTokenizer(to);
  for (const text of oddTexts) assert.deepEqual(await copied.encode(text), await tokenizer.encode(text));
  assert.deepEqual([copied.bosId, copied.eosIds], [1, [size]]);
  writeFileSync(path.join(place, "added_tokens.json"), JSON.stringify({ "<more>": size + 7 }));
  await assert.rejects(loadTokenizer(place), /tokenizer_config\.json: model\.vocab: the vocabulary has a hole/);
});

test("a folder with a SentencePiece-style vocabulary gets a tokenizer.model, and it says the same", async () => {
  for (const [name, model] of Object.entries({ bpe: bpeSample, unigram: unigramSample })) {
    const base = readTokenizer(written(`base-${name}.model`, model));
    const out = path.join(folder, `folder-${name}`);
    const facts = { method: "test", size: base.size, kept: base.size, added: 0, removed: 0 };
    if (name === "unigram") {
      // Without byte fallback the probe does not come back, which is another matter.
      const { writeSentencePiece } = await import("../../../src/tokenizer/formats/write-sentencepiece.js");
      mkdirSync(out);
      writeFileSync(path.join(out, "tokenizer.json"), formatTokenizerJson(base, base));
      const made = await loadTokenizer(out);
      const file = path.join(out, "tokenizer.model");
      assert.equal(await writeSentencePiece(file, readTokenizer(out), base.roles as never, made), undefined);
    } else {
      await writeTokenizerFolder(out, base, undefined, base, facts);
      assert.deepEqual(JSON.parse(readFileSync(path.join(out, "vocabulary.json"), "utf8")), facts);
    }
    const file = path.join(out, "tokenizer.model");
    assert.deepEqual(readTokenizer(file).vocabulary, base.vocabulary);
    assert.deepEqual(
      (await sentencePieceIds(file, texts)).map(String),
      (await sentencePieceIds(base.source, texts)).map(String),
    );
  }
});

test("where SentencePiece would cut otherwise there is no tokenizer.model, and vocabulary.json says why", async () => {
  const pieces = ["bc", "ab", "abc", ..."▁abc".split("")];
  const base = readTokenizer(written("splits.model", sampleModel({ type: "BPE", byteFallback: true, pieces })));
  const facts = { method: "test", size: base.size, kept: base.size, added: 0, removed: 0 };
  const made = async (name: string, merges: readonly Merge[]): Promise<unknown> => {
    const out = path.join(folder, name);
    await writeTokenizerFolder(out, base, undefined, { ...base, merges }, facts);
    const { tokenizer_model: said } = JSON.parse(readFileSync(path.join(out, "vocabulary.json"), "utf8"));
    assert.equal(existsSync(path.join(out, "tokenizer.model")), said === undefined);
    return said;
  };
  assert.equal(await made("all-splits", base.merges), undefined);
  // SentencePiece joins "a" and "bc" whether that is in the list or not.
  const listed: Merge[] = [
    ["b", "c"],
    ["a", "b"],
    ["ab", "c"],
  ];
  assert.match(String(await made("some-splits", listed)), /^not written: SentencePiece cuts .*abc/);
});

test("every split of a piece is a merge, in the order of scores", () => {
  const pieces = new Map(
    ["a", "b", "c", "ab", "bc", "abc"].map((piece, id) => [piece, { id, score: [-9, -9, -9, -1, -2, 0][id]! }]),
  );
  assert.deepEqual(mergesFromScores(pieces), [
    ["a", "bc"],
    ["ab", "c"],
    ["a", "b"],
    ["b", "c"],
  ]);
});
