/**
 * Everything that encoding needs of a tokenizer, in shared memory and plain values, so that a worker thread has it without
 * reading or building anything again. What has no equal here is refused by name, and the caller keeps to the binding.
 */

import { TokenizerError } from "../../errors.js";
import { byteNames } from "../byte-name.js";
import { createNormalizer } from "../normalizer.js";
import { createWordCutter } from "../pre-tokenizer.js";
import { spaceMark } from "../space-mark.js";
import { componentsOf } from "../tokenizer-components.js";
import type { TokenizerJson } from "../tokenizer-json.js";
import { type AddedTokenTables, buildAddedTokens } from "./added-tokens.js";
import type { BpeTables } from "./bpe-model.js";
import { buildMergeTable } from "./merge-table.js";
import { buildTokenTable } from "./token-table.js";
import type { UnigramTables } from "./unigram-model.js";
import { buildUnitTrie } from "./unit-trie.js";
import { youngCharacters } from "./young-characters.js";

export interface EncoderTables {
  /** What a thread makes its normaliser and pre-tokenizer of. */
  parts: Pick<TokenizerJson, "source" | "normalizer" | "preTokenizer">;
  model: BpeTables | UnigramTables;
  /** Added tokens that are looked for in the text as it comes. */
  addedTokens: AddedTokenTables | null;
  /** Those that are looked for in the normalised text. */
  normalizedTokens: AddedTokenTables | null;
  /** What a UTF-16 unit needs looking at for, uint8[65536], bits below. */
  notes: Uint8Array;
  /** First and last code points of characters that are left to the binding. */
  young: Int32Array;
  /** Units of which a merge or piece may join the mark `▁` behind them, uint8[65536]; null: words are never cut at marks. */
  joined: Uint8Array | null;
}

/** Bits of `notes`: half of a character, a character (or its first half) left to the binding, the head of an added token. */
export const isSurrogate = 1;
export const mayBeYoung = 2;
export const startsToken = 4;

/** Throws `TokenizerError` `tokenizer.unsupported_component` naming what is not supported. */
export function buildEncoderTables(json: TokenizerJson): EncoderTables {
  const { source, normalizer, preTokenizer } = json;
  const normalize = createNormalizer(json);
  createWordCutter(json);
  const parts = componentsOf(preTokenizer);
  const byteLevel = parts.at(-1)?.type === "ByteLevel";
  if (parts.slice(0, -1).some((part) => part.type === "ByteLevel")) {
    refuse(source, "a pre_tokenizer behind ByteLevel");
  }
  const model = json.modelType === "Unigram" ? unigramTables(json) : bpeTables(json, byteLevel);
  if (json.modelType === "Unigram" && byteLevel) refuse(source, "a Unigram model behind ByteLevel");
  const addedTokens = buildAddedTokens(
    json.addedTokens.filter((token) => !token.normalized),
    (token) => token.content,
  );
  const normalized = json.addedTokens.filter((token) => token.normalized);
  if (normalized.some((token) => normalize(token.content) === ""))
    refuse(source, "an added token that normalises to nothing");
  const young = youngCharacters(json);
  return {
    parts: { source, normalizer, preTokenizer },
    model,
    addedTokens,
    normalizedTokens: buildAddedTokens(normalized, (token) => normalize(token.content)),
    notes: notesOf(young, addedTokens),
    young,
    joined: joinedUnits(json, model, byteLevel),
  };
}

function refuse(source: string, what: string): never {
  throw new TokenizerError("tokenizer.unsupported_component", `${source}: ${what} is not supported here yet`);
}

function bpeTables(json: TokenizerJson, byteLevel: boolean): BpeTables {
  const { source, model, modelType, vocabulary, merges, unknownToken } = json;
  if (modelType !== "BPE") refuse(source, `model ${modelType}`);
  for (const option of ["continuing_subword_prefix", "end_of_word_suffix"]) {
    if (model[option]) refuse(source, `model.${option}`);
  }
  const unknownId = unknownToken === undefined ? -1 : vocabulary.get(unknownToken);
  if (unknownId === undefined) refuse(source, "an unknown token outside of the vocabulary");
  const byteIds = byteIdsOf(json);
  // An entry of the heap holds rank and place in one float64.
  if (merges.length >= 1 << 21) refuse(source, "a model of more than two million merges");
  const triples = new Int32Array(3 * merges.length);
  const notText = new Set([unknownId, ...(byteIds ?? [])]);
  for (const [rank, [left, right]] of merges.entries()) {
    triples[3 * rank] = vocabulary.get(left)!;
    triples[3 * rank + 1] = vocabulary.get(right)!;
    triples[3 * rank + 2] = vocabulary.get(left + right)!;
    if (notText.has(triples[3 * rank]!) || notText.has(triples[3 * rank + 1]!))
      refuse(source, "a merge of unknown text or bytes");
  }
  return {
    kind: "bpe",
    tokens: buildTokenTable(vocabulary),
    singles: singlesOf(vocabulary),
    merges: buildMergeTable(triples),
    byteLevel,
    ignoreMerges: json.ignoreMerges,
    byteIds,
    unknownId,
    fuseUnknown: model.fuse_unk === true,
  };
}

function unigramTables(json: TokenizerJson): UnigramTables {
  const { source, vocabulary, unknownToken, scores = [] } = json;
  if (unknownToken === undefined) refuse(source, "a Unigram model without an unknown token");
  const shared = new Float64Array(new SharedArrayBuffer(8 * scores.length));
  shared.set(scores);
  return {
    kind: "unigram",
    tokens: buildUnitTrie([...vocabulary].filter(([token]) => token !== "")),
    scores: shared,
    unknownScore: scores.reduce((least, score) => Math.min(least, score), Number.POSITIVE_INFINITY) - 10,
    unknownId: vocabulary.get(unknownToken)!,
    byteIds: byteIdsOf(json),
  };
}

function singlesOf(vocabulary: ReadonlyMap<string, number>): Int32Array {
  const singles = new Int32Array(new SharedArrayBuffer(4 * 0x10000)).fill(-1);
  for (const [token, id] of vocabulary) if (token.length === 1) singles[token.charCodeAt(0)] = id;
  return singles;
}

function byteIdsOf({ model, vocabulary }: TokenizerJson): Int32Array | null {
  if (model.byte_fallback !== true) return null;
  return Int32Array.from(byteNames, (name) => vocabulary.get(name) ?? -1);
}

function notesOf(young: Int32Array, addedTokens: AddedTokenTables | null): Uint8Array {
  const notes = new Uint8Array(new SharedArrayBuffer(0x10000));
  notes.fill(isSurrogate, 0xd800, 0xe000);
  const unitOf = (point: number): number => (point > 0xffff ? 0xd800 + ((point - 0x10000) >> 10) : point);
  for (let i = 0; i < young.length; i += 2) {
    for (let unit = unitOf(young[i]!); unit <= unitOf(young[i + 1]!); unit++) notes[unit]! |= mayBeYoung;
  }
  for (const [unit, head] of addedTokens?.heads.entries() ?? []) if (head === 1) notes[unit]! |= startsToken;
  return notes;
}

/**
 * SentencePiece's texts are one long word. In front of a `▁` it can be cut wherever no merge or piece reaches across; that
 * the mark is a token itself keeps unknown characters on either side apart.
 */
function joinedUnits(json: TokenizerJson, model: BpeTables | UnigramTables, byteLevel: boolean): Uint8Array | null {
  const cutsItself = componentsOf(json.preTokenizer).some(
    (part) => part.type === "WhitespaceSplit" || (part.type === "Metaspace" && part.split !== false),
  );
  // A whole word that is a token is looked for before its parts are.
  const looksUpWhole = model.kind === "bpe" && model.ignoreMerges;
  if (byteLevel || cutsItself || looksUpWhole || !json.vocabulary.has(spaceMark)) return null;
  const joined = new Uint8Array(new SharedArrayBuffer(0x10000));
  const note = (token: string): void => {
    for (let at = token.indexOf(spaceMark, 1); at > 0; at = token.indexOf(spaceMark, at + 1)) {
      joined[token.charCodeAt(at - 1)] = 1;
    }
  };
  if (model.kind === "unigram") for (const token of json.vocabulary.keys()) note(token);
  else for (const [left, right] of json.merges) note(left + right);
  return joined;
}
