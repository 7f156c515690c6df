/**
 * The tokenizer inside a GGUF file: tokens with scores and types under `tokenizer.ggml.…`. llama.cpp has three kinds that
 * are read here: `gpt2` (byte-level BPE, whose pattern is only named), `llama` (SentencePiece BPE) and `t5` (Unigram).
 */

import { TokenizerError } from "../../errors.js";
import { byteNames } from "../byte-name.js";
import { type FormatRoles, parseTokenizerJson, type TokenizerJson } from "../tokenizer-json.js";
import { byteLevelJson } from "./byte-level-json.js";
import { type GgufMetaValue, readGgufMetadata } from "./gguf-metadata.js";
import { namedPatterns } from "./patterns.js";
import { type PieceType, pieceTypes, type SentencePieceModel } from "./sentencepiece-model.js";
import { bosTemplate, sentencePieceJson } from "./sentencepiece-tokenizer.js";

type Metadata = ReadonlyMap<string, GgufMetaValue>;
type Fail = (key: string, fault: string) => never;

interface Token {
  text: string;
  score: number;
  type: PieceType;
}

/** Throws `TokenizerError` naming the key that is wrong. */
export function readGgufTokenizer(file: string): TokenizerJson {
  const metadata = readGgufMetadata(file, "tokenizer.");
  const fail: Fail = (key, fault) => {
    throw new TokenizerError("tokenizer.gguf_invalid", `${file}: ${key}: ${fault}`);
  };
  const kind = metadata.get("tokenizer.ggml.model");
  if (kind === undefined) {
    throw new TokenizerError("tokenizer.not_found", `${file}: there is no tokenizer in this GGUF file`);
  }
  if (kind !== "gpt2" && kind !== "llama" && kind !== "t5") {
    throw new TokenizerError(
      "tokenizer.unsupported_model",
      `${file}: tokenizer.ggml.model: tokenizers of the kind ${JSON.stringify(kind)} are not supported`,
      { hint: "gpt2, llama and t5 are." },
    );
  }
  const tokens = readTokens(metadata, fail);
  const id = idReader(metadata, tokens.length, fail);
  const named = metadata.get("tokenizer.ggml.pre");
  const pre = typeof named === "string" ? named : "default";
  const bosId = id("bos") ?? (kind === "llama" && tokens[1]?.type === "CONTROL" ? 1 : undefined);
  const addsBos =
    metadata.get("tokenizer.ggml.add_bos_token") ?? (kind === "llama" || namedPatterns.get(pre)?.ignoreMerges);
  const start = addsBos === true ? bosId : undefined;
  const raw =
    kind === "gpt2"
      ? byteLevelModel(tokens, metadata, pre, start, file)
      : sentencePieceJson(sentencePieceModel(tokens, metadata, kind, id("unknown")), file, start);
  const template = metadata.get("tokenizer.chat_template");
  const roles: FormatRoles = {
    bosId,
    eosIds: ["eos", "eot", "eom"].map(id).filter((end) => end !== undefined),
    chatTemplate: typeof template === "string" ? template : undefined,
  };
  return { ...parseTokenizerJson(raw, file), roles };
}

/** Without the names that padding rows of the weights have at the end. */
function readTokens(metadata: Metadata, fail: Fail): Token[] {
  const texts = metadata.get("tokenizer.ggml.tokens");
  if (!Array.isArray(texts) || texts.length === 0) return fail("tokenizer.ggml.tokens", "expected a list of tokens");
  const numbers = (key: string): Float64Array | undefined => {
    const list = metadata.get(key);
    if (list === undefined) return undefined;
    if (!(list instanceof Float64Array)) return fail(key, "expected a list of numbers");
    if (list.length !== texts.length) return fail(key, `${list.length} entries for ${texts.length} tokens`);
    return list;
  };
  const scores = numbers("tokenizer.ggml.scores");
  const types = numbers("tokenizer.ggml.token_type");
  const ids = new Map<string, number>();
  const tokens = texts.map((text, id): Token => {
    const other = ids.get(text);
    if (other !== undefined) fail(`tokenizer.ggml.tokens[${id}]`, `${JSON.stringify(text)} is token ${other} already`);
    ids.set(text, id);
    const score = scores?.[id] ?? 0;
    if (!Number.isFinite(score)) fail(`tokenizer.ggml.scores[${id}]`, `${score} is not a score`);
    const type = types?.[id] || 1;
    return {
      text,
      score,
      type: pieceTypes[type - 1] ?? fail(`tokenizer.ggml.token_type[${id}]`, `unknown type ${type}`),
    };
  });
  while (tokens.at(-1)?.type === "UNUSED") tokens.pop();
  return tokens;
}

function idReader(metadata: Metadata, size: number, fail: Fail): (role: string) => number | undefined {
  return (role) => {
    const key = `tokenizer.ggml.${role}_token_id`;
    const id = metadata.get(key);
    if (id === undefined || id === 0xffffffff || id === -1) return undefined;
    if (typeof id !== "number" || !Number.isInteger(id) || id < 0 || id >= size)
      return fail(key, `there is no token ${String(id)}`);
    return id;
  };
}

function byteLevelModel(
  tokens: readonly Token[],
  metadata: Metadata,
  pre: string,
  start: number | undefined,
  file: string,
): Record<string, unknown> {
  const cut = namedPatterns.get(pre);
  if (cut === undefined) {
    throw new TokenizerError(
      "tokenizer.unsupported_model",
      `${file}: tokenizer.ggml.pre: the pre-tokenizer ${JSON.stringify(pre)} is not known here`,
      { hint: "Use the tokenizer.json of the same model." },
    );
  }
  const merges = metadata.get("tokenizer.ggml.merges") ?? [];
  if (!Array.isArray(merges)) {
    throw new TokenizerError("tokenizer.gguf_invalid", `${file}: tokenizer.ggml.merges: expected a list of texts`);
  }
  return byteLevelJson({
    addedTokens: [...tokens.entries()]
      .filter(([, { type }]) => type === "CONTROL" || type === "USER_DEFINED" || type === "UNKNOWN")
      .map(([id, { text, type }]) => ({
        id,
        content: text,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: type !== "USER_DEFINED",
      })),
    patterns: cut.patterns,
    postProcessor: start === undefined ? null : bosTemplate(tokens[start]!.text, start),
    ignoreMerges: cut.ignoreMerges,
    vocabulary: tokens.map(({ text }, id) => [text, id] as const),
    merges: merges.map((merge) => {
      const space = merge.indexOf(" ", 1);
      return space < 0 ? [merge] : [merge.slice(0, space), merge.slice(space + 1)];
    }),
  });
}

/** `unknown`: its id where the file names one. */
function sentencePieceModel(
  tokens: readonly Token[],
  metadata: Metadata,
  kind: "llama" | "t5",
  unknown: number | undefined,
): SentencePieceModel {
  const byType = tokens.findIndex(({ type }) => type === "UNKNOWN");
  const unkId = unknown ?? (byType >= 0 ? byType : kind === "llama" ? 0 : 2);
  const pieces = tokens.map(({ text, score, type }, id) => ({
    piece: text,
    score,
    type: id === unkId ? ("UNKNOWN" as const) : type === "UNKNOWN" ? ("CONTROL" as const) : type,
  }));
  const bytes = new Set(tokens.filter(({ type }) => type === "BYTE").map(({ text }) => text));
  const charsmap = metadata.get("tokenizer.ggml.precompiled_charsmap");
  return {
    pieces,
    trainer: {
      modelType: kind === "llama" ? "BPE" : "UNIGRAM",
      vocabularySize: pieces.length,
      treatWhitespaceAsSuffix: metadata.get("tokenizer.ggml.treat_whitespace_as_suffix") === true,
      byteFallback: byteNames.every((name) => bytes.has(name)),
      unkId,
      bosId: -1,
      eosId: -1,
      padId: -1,
      rest: [],
    },
    normalizer: {
      name: "",
      charsmap: charsmap instanceof Uint8Array ? charsmap : new Uint8Array(0),
      addDummyPrefix: (metadata.get("tokenizer.ggml.add_space_prefix") ?? kind === "llama") === true,
      removeExtraWhitespaces: kind === "t5" && metadata.get("tokenizer.ggml.remove_extra_whitespaces") === true,
      escapeWhitespaces: metadata.get("tokenizer.ggml.escape_whitespaces") !== false,
      rest: [],
    },
    rest: [],
  };
}
