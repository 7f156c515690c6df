import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { TokenizerError } from "../../../src/errors.js";
import { llamaTokens } from "../../../src/inference/llama-tokens.js";
import { readModelConfig } from "../../../src/model/config.js";
import { ggufArchitecture } from "../../../src/model/gguf/gguf-architecture.js";
import { ggufHeader } from "../../../src/model/gguf/gguf-header.js";
import { modelMetadata } from "../../../src/model/gguf/model-metadata.js";
import { checkGgufTokenizer } from "../../../src/model/gguf/tokenizer-gate.js";
import { tokenizerMetadata } from "../../../src/model/gguf/tokenizer-metadata.js";
import { packageRoot } from "../../../src/package-root.js";
import {
  formatSentencePieceModel,
  type SentencePieceModel,
} from "../../../src/tokenizer/formats/sentencepiece-model.js";
import { gateText } from "../../../src/tokenizer/gate-text.js";
import { loadTokenizer, readTokenizer } from "../../../src/tokenizer/load-tokenizer.js";
import { sameCutting } from "../../../src/tokenizer/same-cutting.js";
import type { Tokenizer } from "../../../src/tokenizer/tokenizer.js";
import type { TokenizerJson } from "../../../src/tokenizer/tokenizer-json.js";
import { tinyConfig } from "../../model/tiny-config.js";
import { charsmapOf, sampleRules } from "./sample-charsmap.js";
import { bpeSample, hasTrainer, oddTexts, sampleModel, trainModel, unigramSample } from "./sample-models.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-"));
after(() => rmSync(folder, { recursive: true }));
const tiny = path.join(packageRoot(), "data", "tiny-base");

/** A GGUF of a tokenizer and no weights, a few rows larger than the vocabulary. */
async function ggufOf(place: string, name: string, changes: Record<string, string> = {}) {
  const json: TokenizerJson = readTokenizer(place);
  const tokenizer: Tokenizer = await loadTokenizer(place);
  writeFileSync(path.join(folder, "config.json"), JSON.stringify(tinyConfig({ vocab_size: json.size + 5 })));
  const config = readModelConfig(folder);
  const metadata = new Map([
    ...modelMetadata(config, ggufArchitecture(config, folder), "f32"),
    ...tokenizerMetadata(json, tokenizer, config),
  ]);
  for (const [key, string] of Object.entries(changes)) metadata.set(key, { string });
  const file = path.join(folder, `${name}.gguf`);
  writeFileSync(file, ggufHeader(metadata, []).bytes);
  return { file, json, tokenizer };
}

const written = (name: string, model: SentencePieceModel): string => {
  const file = path.join(folder, `${name}.model`);
  writeFileSync(file, formatSentencePieceModel(model));
  return file;
};

test("the embedded model's tokenizer comes back out of a GGUF: ids, roles, chat template", async () => {
  const place = path.join(packageRoot(), "data", "tiny-instruct");
  const { file, tokenizer } = await ggufOf(place, "tiny");
  const found = await loadTokenizer(file);
  assert.equal(found.size, tokenizer.size);
  assert.equal(found.bosId, tokenizer.bosId);
  assert.deepEqual(found.eosIds, tokenizer.eosIds);
  assert.equal(found.chatTemplate, tokenizer.chatTemplate);
  const texts = [...gateText, ...oddTexts, "<|begin_of_text|>the"];
  assert.deepEqual(await found.encodeBatch(texts), await tokenizer.encodeBatch(texts));
});

for (const pre of ["llama-bpe", "smaug-bpe", "qwen2", "gpt-2", "starcoder", "falcon", "tekken", "gpt-4o", "default"]) {
  test(`words are cut as llama.cpp cuts them by the name ${pre}`, async () => {
    const { file } = await ggufOf(tiny, pre, { "tokenizer.ggml.pre": pre });
    const tokenizer = await loadTokenizer(file);
    const expected = await llamaTokens(file, [...gateText]);
    const found = await tokenizer.encodeBatch([...gateText]);
    for (const [i, text] of gateText.entries()) assert.deepEqual(found[i], expected[i], text);
  });
}

const samples: Record<string, SentencePieceModel> = {
  llama: bpeSample,
  "llama without a space in front": { ...bpeSample, normalizer: { ...bpeSample.normalizer, addDummyPrefix: false } },
  t5: unigramSample,
  "t5 with a table": {
    ...unigramSample,
    normalizer: { ...unigramSample.normalizer, removeExtraWhitespaces: true, charsmap: charsmapOf(sampleRules) },
  },
  "t5 with bytes": sampleModel({
    type: "UNIGRAM",
    byteFallback: true,
    pieces: ["▁the", "▁", "при", "▁т", ..."theприавмт-"].map((piece, i) => [piece, -2 - i / 3]),
  }),
};

for (const [name, model] of Object.entries(samples)) {
  test(`${name}: llama.cpp gives the ids of the model, and the file read back too`, async () => {
    const { file, json, tokenizer } = await ggufOf(written(name, model), name);
    await checkGgufTokenizer(file, json, tokenizer, ["the привет  the", "aaaaaaa"]);
    const found = readTokenizer(file);
    assert.deepEqual(found.vocabulary, json.vocabulary);
    assert.deepEqual(found.normalizer, json.normalizer);
    assert.deepEqual([found.roles?.bosId, found.roles?.eosIds], [1, [2]]);
    const back = await (await loadTokenizer(file)).encodeBatch([...oddTexts]);
    for (const [i, ids] of (await tokenizer.encodeBatch([...oddTexts])).entries()) {
      assert.ok(sameCutting(ids, back[i]!, json.scores), JSON.stringify(oddTexts[i]));
    }
  });
}

test("models that spm_train made pass the gate", {
  skip: hasTrainer ? false : "spm_train is not installed",
}, async () => {
  const bpe = [
    "--model_type=bpe",
    "--byte_fallback",
    "--normalization_rule_name=identity",
    "--remove_extra_whitespaces=false",
  ];
  const models = {
    bpe: [...bpe, "--vocab_size=1500"],
    unigram: ["--model_type=unigram", "--vocab_size=700"],
  };
  for (const [name, options] of Object.entries(models)) {
    const { file, json, tokenizer } = await ggufOf(trainModel(folder, `spm-${name}`, options), `spm-${name}`);
    await checkGgufTokenizer(file, json, tokenizer, []);
  }
});

test("a tokenizer that llama.cpp cannot hold is refused by name", async () => {
  const withTable = { ...bpeSample, normalizer: { ...bpeSample.normalizer, charsmap: charsmapOf(sampleRules) } };
  await assert.rejects(
    ggufOf(written("table", withTable), "table"),
    /cannot be exported to GGUF: llama\.cpp has no normaliser/,
  );
});

test("a damaged head is refused with the key, and nothing else happens", async () => {
  const { file } = await ggufOf(written("damage", bpeSample), "damage");
  const bytes = readFileSync(file);
  const broken = path.join(folder, "broken.gguf");
  const read = (content: Uint8Array): string | undefined => {
    writeFileSync(broken, content);
    try {
      readTokenizer(broken);
      return undefined;
    } catch (error) {
      assert.ok(error instanceof TokenizerError, String((error as Error).stack));
      assert.match(error.message, /broken\.gguf/);
      return error.message;
    }
  };
  assert.match(read(bytes.subarray(0, 20))!, /head: the file ends inside of it/);
  assert.match(read(bytes.subarray(0, Math.floor(bytes.length / 2)))!, /key "tokenizer\.ggml\.\w+": .*(file|fit)/);
  assert.match(read(Buffer.from("no such thing"))!, /not a GGUF file/);
  // A count of 2^60 tokens.
  const key = bytes.indexOf("tokenizer.ggml.tokens") + "tokenizer.ggml.tokens".length;
  const counted = Buffer.from(bytes);
  counted.writeBigUInt64LE(2n ** 60n, key + 8);
  assert.match(read(counted)!, /key "tokenizer\.ggml\.tokens": 1152921504606846976 texts do not fit/);
  let state = 11;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % limit;
  };
  for (let i = 0; i < 300; i++) {
    const changed = Buffer.from(i % 5 === 0 ? bytes.subarray(0, below(bytes.length)) : bytes);
    for (let n = below(3); n >= 0 && changed.length > 0; n--) changed[below(changed.length)] = below(256);
    read(changed);
  }
});

test("a kind, a pattern or a role that is not known is named", async () => {
  const fault = async (changes: Record<string, string>): Promise<string> => {
    const { file } = await ggufOf(tiny, "faults", changes);
    return loadTokenizer(file).then(
      () => assert.fail("nothing was thrown"),
      (error: unknown) => (error as Error).message,
    );
  };
  assert.match(await fault({ "tokenizer.ggml.model": "rwkv" }), /tokenizer\.ggml\.model: .* "rwkv" are not supported/);
  assert.match(await fault({ "tokenizer.ggml.pre": "klingon" }), /tokenizer\.ggml\.pre: .* "klingon" is not known/);
  assert.match(await fault({ "tokenizer.ggml.bos_token_id": "one" }), /bos_token_id: there is no token one/);
  assert.match(await fault({ "tokenizer.ggml.scores": "high" }), /scores: expected a list of numbers/);
});
