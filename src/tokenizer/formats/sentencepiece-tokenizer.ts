/**
 * A SentencePiece model as a tokenizer.json that cuts any text into the same ids: the normaliser step by step as
 * SentencePiece does it, then BPE with the merges that its scores stand for, or Unigram.
 * What stays different: special pieces written out in a text are recognised (SentencePiece never does that), as is a byte
 * piece (`<0x41>`) that a Unigram vocabulary could not spell otherwise; Hugging Face's `Precompiled` replaces by graphemes
 * (precompiled-charsmap.ts); a character that is no piece itself joins nothing, where SentencePiece would find the larger
 * piece; and SentencePiece adds up scores in 32 bits, which decides between equals.
 */

import { TokenizerError } from "../../errors.js";
import { byteNames } from "../byte-name.js";
import { spaceMark } from "../space-mark.js";
import type { Component } from "../tokenizer-components.js";
import { type FormatRoles, parseTokenizerJson, type TokenizerJson } from "../tokenizer-json.js";
import { parseCharsmap } from "./precompiled-charsmap.js";
import { mergesFromScores } from "./score-merges.js";
import type { Piece, SentencePieceModel } from "./sentencepiece-model.js";

type Json = Record<string, unknown>;

/** `source` is named in messages. Throws `TokenizerError` for a model that has no equal here. */
export function sentencePieceTokenizer(model: SentencePieceModel, source: string): TokenizerJson {
  const roles = rolesOf(model, source);
  const raw = sentencePieceJson(model, source, roles.bosId);
  return { ...parseTokenizerJson(raw, source), roles };
}

/** The raw tokenizer.json. `bosId` begins every text where it is given. */
export function sentencePieceJson(model: SentencePieceModel, source: string, bosId: number | undefined): Json {
  const { pieces, trainer, normalizer } = model;
  const unsupported = (what: string): TokenizerError =>
    new TokenizerError("tokenizer.unsupported_model", `${source}: SentencePiece models ${what} are not supported`);
  if (trainer.modelType === "WORD") throw unsupported("of whole words (model_type WORD)");
  if (trainer.treatWhitespaceAsSuffix)
    throw unsupported("with spaces at the end of pieces (treat_whitespace_as_suffix)");
  if (!normalizer.escapeWhitespaces) throw unsupported("with bare spaces (escape_whitespaces false)");
  const missing = trainer.byteFallback ? missingByte(pieces) : undefined;
  if (missing !== undefined)
    throw new TokenizerError(
      "tokenizer.model_invalid",
      `${source}: byte_fallback is set, but no piece of type BYTE is ${missing}`,
    );
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: addedTokens(pieces),
    normalizer: normalizerOf(model, source),
    pre_tokenizer: preTokenizerOf(pieces),
    post_processor: bosId === undefined ? null : bosTemplate(pieces[bosId]!.piece, bosId),
    decoder: decoderOf(model),
    model: trainer.modelType === "UNIGRAM" ? unigramModel(model) : bpeModel(model),
  };
}

function missingByte(pieces: readonly Piece[]): string | undefined {
  const bytes = new Set(pieces.filter(({ type }) => type === "BYTE").map(({ piece }) => piece));
  return byteNames.find((name) => !bytes.has(name));
}

function rolesOf({ pieces, trainer }: SentencePieceModel, source: string): FormatRoles {
  const role = (name: string, id: number): number | undefined => {
    if (id < 0) return undefined;
    if (id < pieces.length) return id;
    throw new TokenizerError("tokenizer.model_invalid", `${source}: trainer_spec.${name}: there is no piece ${id}`);
  };
  // Models put together by other tools leave the defaults of ids that are ordinary pieces.
  const control = (id: number | undefined): number | undefined =>
    id !== undefined && ["CONTROL", "UNKNOWN", "USER_DEFINED"].includes(pieces[id]!.type) ? id : undefined;
  const eos = control(role("eos_id", trainer.eosId));
  return { bosId: control(role("bos_id", trainer.bosId)), eosIds: eos === undefined ? [] : [eos] };
}

function addedTokens(pieces: readonly Piece[]): Json[] {
  return [...pieces.entries()]
    .filter(([, { type }]) => type === "CONTROL" || type === "UNKNOWN" || type === "USER_DEFINED")
    .map(([id, { piece, type }]) => ({
      id,
      content: piece,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: type !== "USER_DEFINED",
    }));
}

/** SentencePiece's steps: characters, spaces in front and runs of them, its own space in front, spaces as marks, the end. */
function normalizerOf({ normalizer }: SentencePieceModel, source: string): Component | null {
  const steps: Component[] = [];
  const replace = (pattern: { Regex: string } | { String: string }, content: string): void => {
    steps.push({ type: "Replace", pattern, content });
  };
  if (normalizer.charsmap.length > 0) {
    parseCharsmap(normalizer.charsmap, `${source}: normalizer_spec.precompiled_charsmap`);
    steps.push({ type: "Precompiled", precompiled_charsmap: Buffer.from(normalizer.charsmap).toString("base64") });
  }
  if (normalizer.removeExtraWhitespaces) {
    // Anchors would stand at every line.
    replace({ Regex: "(?<![\\s\\S]) +" }, "");
    replace({ Regex: " {2,}" }, " ");
  }
  if (normalizer.addDummyPrefix) steps.push({ type: "Prepend", prepend: spaceMark });
  replace({ String: " " }, spaceMark);
  // Marks at the end go also where they were in the text.
  if (normalizer.removeExtraWhitespaces) replace({ Regex: `${spaceMark}+(?![\\s\\S])` }, "");
  return { type: "Sequence", normalizers: steps };
}

/**
 * Cuts in front of spaces, where no piece could join what is on both sides: the ids stay the same, and short words are
 * quicker to cut than a whole text.
 */
function preTokenizerOf(pieces: readonly Piece[]): Component | null {
  let runs = false;
  let alone = false;
  for (const { piece, type } of pieces) {
    if (type !== "NORMAL") continue;
    if (/[^\u2581]\u2581/u.test(piece)) return null;
    if (piece === spaceMark) alone = true;
    if (piece.startsWith(spaceMark + spaceMark)) runs = true;
  }
  // A mark without a piece becomes one unknown with its neighbours.
  if (!alone) return null;
  return runs
    ? { type: "Split", pattern: { Regex: `${spaceMark}+[^${spaceMark}]*` }, behavior: "Isolated", invert: false }
    : { type: "Split", pattern: { String: spaceMark }, behavior: "MergedWithNext", invert: false };
}

function decoderOf({ trainer, normalizer }: SentencePieceModel): Component {
  const steps: Component[] = [{ type: "Replace", pattern: { String: spaceMark }, content: " " }];
  if (trainer.byteFallback) steps.push({ type: "ByteFallback" });
  steps.push({ type: "Fuse" });
  if (normalizer.addDummyPrefix) steps.push({ type: "Strip", content: " ", start: 1, stop: 0 });
  return { type: "Sequence", decoders: steps };
}

/** Puts a token in front of every text. */
export function bosTemplate(token: string, id: number): Component {
  const bos = { SpecialToken: { id: token, type_id: 0 } };
  const part = (name: string, type_id: number): Json => ({ Sequence: { id: name, type_id } });
  return {
    type: "TemplateProcessing",
    single: [bos, part("A", 0)],
    pair: [bos, part("A", 0), { SpecialToken: { id: token, type_id: 1 } }, part("B", 1)],
    special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
  };
}

function bpeModel({ pieces, trainer }: SentencePieceModel): Json {
  // Bytes, special and unused pieces are never made of others.
  const mergeable = new Map(
    [...pieces.entries()]
      .filter(([, { type }]) => type === "NORMAL")
      .map(([id, { piece, score }]) => [piece, { id, score }]),
  );
  return {
    type: "BPE",
    dropout: null,
    unk_token: pieces.find(({ type }) => type === "UNKNOWN")!.piece,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: true,
    byte_fallback: trainer.byteFallback,
    ignore_merges: false,
    vocab: Object.fromEntries([...pieces.entries()].map(([id, { piece }]) => [piece, id])),
    merges: trainer.modelType === "CHAR" ? [] : mergesFromScores(mergeable),
  };
}

function unigramModel({ pieces, trainer }: SentencePieceModel): Json {
  const scores = pieces.filter(({ type }) => type === "NORMAL").map(({ score }) => score);
  const lowest = scores.reduce((low, score) => Math.min(low, score), 0);
  // SentencePiece never finds these in a text: here no cutting can prefer one to its characters.
  const unreachable = 16 * (lowest - 10);
  return {
    type: "Unigram",
    unk_id: pieces.findIndex(({ type }) => type === "UNKNOWN"),
    vocab: pieces.map(({ piece, score, type }) => [piece, type === "BYTE" || type === "UNUSED" ? unreachable : score]),
    byte_fallback: trainer.byteFallback,
  };
}
