/**
 * Key-values of a GGUF that hold a tokenizer, byte-level BPE or one in SentencePiece's form: tokens with their kinds, merges
 * or scores, roles and the chat template.
 */
import { CheckpointError } from "../../errors.js";
import { sentencePieceForm } from "../../tokenizer/formats/sentencepiece-form.js";
import { pieceTypes } from "../../tokenizer/formats/sentencepiece-model.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import { componentsOf } from "../../tokenizer/tokenizer-components.js";
import { isByteLevelBpe, type TokenizerJson } from "../../tokenizer/tokenizer-json.js";
import type { ModelConfig } from "../config.js";
import type { GgufValue } from "./gguf-header.js";
import { preTokenizerName } from "./pre-tokenizer.js";

/** llama.cpp's kinds of tokens. */
const tokenKind = { normal: 1, control: 3, userDefined: 4, unused: 5 } as const;

/** Of rows without a token, below all others. */
const unusedScore = -1e6;

/** llama.cpp keeps end ids by role; for stopping it makes no difference which role an id has. */
const endRoles = ["eos", "eot", "eom"] as const;

const endIds = (tokenizer: Tokenizer, config: ModelConfig): readonly number[] =>
  tokenizer.eosIds.length > 0 ? tokenizer.eosIds : config.eos_token_ids;

/** Tokens that end a text and have no place in a GGUF. */
export function lostEnds(tokenizer: Tokenizer, config: ModelConfig): string[] {
  const lost = endIds(tokenizer, config).slice(endRoles.length);
  return lost.map((id) => tokenizer.tokenOf(id) ?? String(id));
}

/** Throws `CheckpointError` where llama.cpp cannot hold such a tokenizer. `config` fills in roles that the tokenizer does not name. */
export function tokenizerMetadata(
  json: TokenizerJson,
  tokenizer: Tokenizer,
  config: ModelConfig,
): [string, GgufValue][] {
  const vocabulary = isByteLevelBpe(json) ? byteLevelVocabulary(json, config) : sentencePieceVocabulary(json, config);
  const bos = tokenizer.bosId ?? config.bos_token_id;
  const ends = endIds(tokenizer, config);
  const endKeys = endRoles.map((role, i): [string, GgufValue] | undefined =>
    ends[i] === undefined ? undefined : [`tokenizer.ggml.${role}_token_id`, { u32: ends[i] }],
  );
  const entries: ([string, GgufValue] | undefined)[] = [
    ...vocabulary,
    bos === undefined ? undefined : ["tokenizer.ggml.bos_token_id", { u32: bos }],
    ...endKeys,
    ["tokenizer.ggml.add_bos_token", { bool: bos !== undefined && startsWithBos(json, tokenizer, bos) }],
    tokenizer.chatTemplate === undefined
      ? undefined
      : ["tokenizer.chat_template", { string: withoutNul(tokenizer.chatTemplate, json.source) }],
  ];
  return entries.filter((entry) => entry !== undefined);
}

function byteLevelVocabulary(json: TokenizerJson, config: ModelConfig): [string, GgufValue][] {
  const tokens: (string | undefined)[] = new Array(config.vocab_size).fill(undefined);
  const kinds = new Int32Array(config.vocab_size).fill(tokenKind.unused);
  for (const [token, id] of json.vocabulary) {
    tokens[id] = withoutNul(token, json.source);
    kinds[id] = tokenKind.normal;
  }
  for (const { content, id, special } of json.addedTokens) {
    tokens[id] = withoutNul(content, json.source);
    kinds[id] = special ? tokenKind.control : tokenKind.userDefined;
  }
  return [
    ["tokenizer.ggml.model", { string: "gpt2" }],
    ["tokenizer.ggml.pre", { string: preTokenizerName(json) }],
    ["tokenizer.ggml.tokens", { strings: namedRows(tokens) }],
    ["tokenizer.ggml.token_type", { int32s: kinds }],
    ["tokenizer.ggml.merges", { strings: json.merges.map(([left, right]) => `${left} ${right}`) }],
  ];
}

/** llama.cpp's kinds `llama` (joins by score, as SentencePiece's BPE) and `t5` (Unigram, without byte fallback). */
function sentencePieceVocabulary(json: TokenizerJson, config: ModelConfig): [string, GgufValue][] {
  const refuse = (reason: string): never => {
    throw new CheckpointError(
      "gguf.tokenizer_kind",
      `${json.source}: this ${json.modelType} tokenizer cannot be exported to GGUF: ${reason}`,
    );
  };
  const form = sentencePieceForm(json, { bosId: undefined, eosIds: [], chatTemplate: undefined });
  if ("reason" in form) return refuse(form.reason);
  const { pieces, trainer, normalizer } = form.model;
  const isBpe = json.modelType === "BPE";
  if (isBpe && !trainer.byteFallback)
    refuse("llama.cpp spells what is not known by bytes, and byte_fallback is not set");
  if (isBpe && (normalizer.charsmap.length > 0 || normalizer.removeExtraWhitespaces))
    refuse("llama.cpp has no normaliser for SentencePiece BPE");
  const tokens: (string | undefined)[] = new Array(config.vocab_size).fill(undefined);
  const kinds = new Int32Array(config.vocab_size).fill(tokenKind.unused);
  const scores = new Float32Array(config.vocab_size).fill(unusedScore);
  for (const [id, { piece, score, type }] of pieces.entries()) {
    tokens[id] = withoutNul(piece, json.source);
    kinds[id] = pieceTypes.indexOf(type) + 1;
    scores[id] = score;
  }
  const unknown = trainer.unkId;
  return [
    ["tokenizer.ggml.model", { string: isBpe ? "llama" : "t5" }],
    ["tokenizer.ggml.pre", { string: "default" }],
    ["tokenizer.ggml.tokens", { strings: namedRows(tokens) }],
    ["tokenizer.ggml.scores", { f32s: scores }],
    ["tokenizer.ggml.token_type", { int32s: kinds }],
    ["tokenizer.ggml.unknown_token_id", { u32: unknown }],
    ["tokenizer.ggml.add_space_prefix", { bool: normalizer.addDummyPrefix }],
    ["tokenizer.ggml.remove_extra_whitespaces", { bool: normalizer.removeExtraWhitespaces }],
    ...(normalizer.charsmap.length > 0
      ? [["tokenizer.ggml.precompiled_charsmap", { bytes: normalizer.charsmap }] as [string, GgufValue]]
      : []),
    ["tokenizer.ggml.add_eos_token", { bool: false }],
  ];
}

/** One token for each of the model's rows; rows that the tokenizer does not use get names of their own. */
function namedRows(tokens: readonly (string | undefined)[]): string[] {
  const taken = new Set(tokens);
  return tokens.map((token, id) => {
    if (token !== undefined) return token;
    // llama.cpp aborts where two tokens are called the same.
    let name = `[PAD${id}]`;
    while (taken.has(name)) name = `[${name}]`;
    taken.add(name);
    return name;
  });
}

/** Whether the tokenizer itself puts BOS in front of a text. */
function startsWithBos(json: TokenizerJson, tokenizer: Tokenizer, bos: number): boolean {
  return componentsOf(json.postProcessor).some(({ type, single }) => {
    if (type !== "TemplateProcessing" || !Array.isArray(single)) return false;
    const first = (single[0] as { SpecialToken?: { id?: unknown } } | undefined)?.SpecialToken?.id;
    return typeof first === "string" && tokenizer.idOf(first) === bos;
  });
}

/** ggml's strings end at the first NUL. */
function withoutNul(text: string, source: string): string {
  if (!text.includes("\0")) return text;
  throw new CheckpointError("gguf.nul", `${source}: ${JSON.stringify(text.slice(0, 60))} holds a NUL character`);
}
