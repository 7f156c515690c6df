/**
 * A tokenizer.json in SentencePiece's form, where it has one: pieces with scores and types, and what is done to spaces.
 * BPE scores are minus the rank of a piece's first merge, since SentencePiece and llama.cpp join by score. They join any two
 * neighbours that make a piece: a vocabulary that lists only some of a piece's splits can come out differently, which
 * whoever writes a file has to try.
 */

import { byteNames } from "../byte-name.js";
import { spaceMark } from "../space-mark.js";
import { type Component, componentsOf } from "../tokenizer-components.js";
import { isByteLevelBpe, type TokenizerJson } from "../tokenizer-json.js";
import type { TokenizerRoles } from "../tokenizer-roles.js";
import { textField } from "./protobuf.js";
import type { NormalizerSpec, Piece, PieceType, SentencePieceModel } from "./sentencepiece-model.js";

export type SentencePieceForm =
  | {
      model: SentencePieceModel;
      /** The space in front is left out where the text begins with one: SentencePiece cannot say that. */
      sparesSpace: boolean;
    }
  | {
      /** Why there is no such form. */
      reason: string;
    };

/** Vocabularies whose pieces mark spaces with `▁`. */
export function isSentencePieceStyle(json: TokenizerJson): boolean {
  return (json.modelType === "BPE" || json.modelType === "Unigram") && !isByteLevelBpe(json) && marksSpaces(json);
}

const isMarking = ({ type, pattern, content, replacement }: Component): boolean =>
  type === "Metaspace"
    ? (replacement ?? spaceMark) === spaceMark
    : type === "Replace" && (pattern as { String?: unknown } | undefined)?.String === " " && content === spaceMark;

const marksSpaces = (json: TokenizerJson): boolean =>
  [...componentsOf(json.normalizer), ...componentsOf(json.preTokenizer)].some(isMarking);

export function sentencePieceForm(json: TokenizerJson, roles: TokenizerRoles): SentencePieceForm {
  if (!isSentencePieceStyle(json)) return { reason: "its pieces do not mark spaces" };
  for (const option of ["continuing_subword_prefix", "end_of_word_suffix", "ignore_merges"])
    if (json.model[option]) return { reason: `model.${option} is set` };
  const spaces = readSpaces(json);
  if (typeof spaces === "string") return { reason: spaces };
  const pieces = piecesOf(json);
  if (typeof pieces === "string") return { reason: pieces };
  const unkId = pieces.findIndex(({ type }) => type === "UNKNOWN");
  const control = (id: number | undefined): number => (id !== undefined && pieces[id]?.type === "CONTROL" ? id : -1);
  const [bosId, eosId] = [control(roles.bosId), control(roles.eosIds[0])];
  // SentencePiece finds its special pieces by name.
  const names = [
    [45, unkId],
    [46, bosId],
    [47, eosId],
  ] as const;
  const model: SentencePieceModel = {
    pieces,
    trainer: {
      modelType: json.modelType === "BPE" ? "BPE" : "UNIGRAM",
      vocabularySize: pieces.length,
      treatWhitespaceAsSuffix: false,
      byteFallback: json.model.byte_fallback === true,
      unkId,
      bosId,
      eosId,
      padId: -1,
      rest: names.flatMap(([field, id]) => (id < 0 ? [] : [textField(field, pieces[id]!.piece)])),
    },
    normalizer: spaces.normalizer,
    rest: [],
  };
  return { model, sparesSpace: spaces.sparesSpace };
}

interface Spaces {
  normalizer: NormalizerSpec;
  sparesSpace: boolean;
}

/** What normaliser and pre-tokenizer do; a text says what SentencePiece has no word for. */
function readSpaces(json: TokenizerJson): Spaces | string {
  let charsmap: Uint8Array = new Uint8Array(0);
  let prefix = false;
  let spared = false;
  let trims = false;
  let collapses = false;
  for (const part of componentsOf(json.normalizer)) {
    const { String: text, Regex: regex } = (part.pattern ?? {}) as { String?: string; Regex?: string };
    if (part.type === "Precompiled") charsmap = Buffer.from(String(part.precompiled_charsmap), "base64");
    else if (part.type === "Prepend" && part.prepend === spaceMark) prefix = true;
    else if (part.type === "Strip") trims = true;
    else if (part.type === "Replace" && regex === " {2,}") collapses = true;
    else if (part.type === "Replace" && regex !== undefined && part.content === "" && /[ \u2581]\+/.test(regex))
      trims = true;
    else if (!isMarking(part)) return `the normaliser ${part.type}${(text ?? regex) ? ` of ${text ?? regex}` : ""}`;
  }
  for (const part of componentsOf(json.preTokenizer)) {
    if (part.type === "Metaspace") {
      const scheme = part.prepend_scheme ?? (part.add_prefix_space === false ? "never" : "always");
      if (scheme !== "never") prefix = spared = true;
    } else if (part.type === "WhitespaceSplit") trims = collapses = true;
    // A cut that no piece crosses changes nothing.
    else if (part.type !== "Split" && part.type !== "Digits" && part.type !== "Punctuation")
      return `the pre-tokenizer ${part.type}`;
  }
  const normalizer = {
    name: charsmap.length > 0 ? "nmt_nfkc" : "identity",
    charsmap,
    addDummyPrefix: prefix,
    removeExtraWhitespaces: trims || collapses,
    escapeWhitespaces: true,
    rest: [],
  };
  return { normalizer, sparesSpace: spared && !normalizer.removeExtraWhitespaces };
}

function piecesOf(json: TokenizerJson): Piece[] | string {
  const { unknownToken, scores } = json;
  if (unknownToken === undefined) return "there is no token for what is not known";
  const fallback = json.model.byte_fallback === true;
  const bytes = new Set(fallback ? byteNames : []);
  for (const name of bytes)
    if (!json.vocabulary.has(name)) return `byte_fallback is set, and there is no token ${name}`;
  const added = new Map(json.addedTokens.map((token) => [token.content, token]));
  const ranks = scores === undefined ? scoresOfMerges(json) : undefined;
  const typeOf = (text: string, id: number): PieceType => {
    if (text === unknownToken) return "UNKNOWN";
    const token = added.get(text);
    if (token !== undefined) return token.special ? "CONTROL" : "USER_DEFINED";
    if (bytes.has(text)) return "BYTE";
    return ranks !== undefined && ranks[id] === undefined && [...text].length > 1 ? "UNUSED" : "NORMAL";
  };
  const ids = new Map(json.vocabulary);
  for (const { content, id } of json.addedTokens) ids.set(content, id);
  const pieces: Piece[] = new Array(json.size);
  let rank = json.merges.length;
  for (const [text, id] of [...ids].sort(([, a], [, b]) => a - b)) {
    const type = typeOf(text, id);
    const plain = type === "NORMAL" || type === "UNUSED";
    const score = !plain ? 0 : ranks === undefined ? scores![id]! : (ranks[id] ?? -rank++);
    pieces[id] = {
      piece: type === "USER_DEFINED" ? text.replaceAll(" ", spaceMark) : text,
      score: Math.fround(score),
      type,
    };
  }
  return pieces;
}

/** By id; undefined for what no merge makes. */
function scoresOfMerges(json: TokenizerJson): (number | undefined)[] {
  const scores: (number | undefined)[] = new Array(json.size).fill(undefined);
  let made = 0;
  for (const [left, right] of json.merges) {
    const id = json.vocabulary.get(left + right)!;
    if (scores[id] === undefined) scores[id] = 0 - made++;
  }
  return scores;
}
