/**
 * tokenizer.json (the format of Hugging Face tokenizers) as a typed model. Everything is checked here before any other
 * code sees it, and a fault names the file and the entry.
 */
import { readFileSync } from "node:fs";
import { TokenizerError } from "../errors.js";
import { isTooDeep } from "../nesting-depth.js";
import { bytesOfToken } from "./byte-level.js";
import { type Component, checkComponents, componentsOf } from "./tokenizer-components.js";

export interface AddedToken {
  id: number;
  content: string;
  single_word: boolean;
  lstrip: boolean;
  rstrip: boolean;
  normalized: boolean;
  special: boolean;
}

export type Merge = readonly [left: string, right: string];

export type TokenizerModelType = "BPE" | "Unigram" | "WordPiece" | "WordLevel";

export interface TokenizerJson {
  /** The file, for messages. */
  source: string;
  /** The JSON as read; never changed. */
  raw: Readonly<Record<string, unknown>>;
  /** `raw.model`. */
  model: Readonly<Record<string, unknown>>;
  modelType: TokenizerModelType;
  /** The model's own tokens → id. May hold added tokens too. */
  vocabulary: ReadonlyMap<string, number>;
  /** In order of rank; empty unless the model is BPE. */
  merges: readonly Merge[];
  /** Log-probability of each id of a Unigram model, else undefined. */
  scores: readonly number[] | undefined;
  /** In the order of the file. */
  addedTokens: readonly AddedToken[];
  /** Highest id + 1; every id below it is taken. */
  size: number;
  /** A word that is a token is never cut (LLaMa-3). */
  ignoreMerges: boolean;
  unknownToken: string | undefined;
  normalizer: Component | null;
  preTokenizer: Component | null;
  postProcessor: Component | null;
  decoder: Component | null;
  /** What another format than tokenizer.json says itself; files beside it come first. */
  roles?: FormatRoles;
}

export interface FormatRoles {
  bosId?: number | undefined;
  eosIds: readonly number[];
  chatTemplate?: string | undefined;
}

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const shown = (token: string): string => JSON.stringify(token.length > 60 ? `${token.slice(0, 60)}…` : token);

/** Reads and checks a file. Throws `TokenizerError` naming file and entry. */
export function readTokenizerJson(file: string): TokenizerJson {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new TokenizerError("tokenizer.unreadable", `${file}: the tokenizer cannot be read`, { cause });
  }
  let raw: unknown;
  try {
    if (isTooDeep(text, "json")) throw new RangeError("lists or objects too deep within one another");
    raw = JSON.parse(text);
  } catch (cause) {
    throw new TokenizerError("tokenizer.json_invalid", `${file}: not valid JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
  return parseTokenizerJson(raw, file);
}

/** Checks a parsed tokenizer.json; `source` is named in messages. Throws `TokenizerError`. */
export function parseTokenizerJson(raw: unknown, source: string): TokenizerJson {
  const fail = (place: string, fault: string): never => {
    throw new TokenizerError("tokenizer.invalid", `${source}: ${place}: ${fault}`);
  };
  if (!isObject(raw)) return fail("top level", "expected an object");
  const { model } = raw;
  if (!isObject(model)) return fail("model", "there is no model");
  const modelType = modelTypeOf(model, fail);
  const { vocabulary, scores } =
    modelType === "Unigram"
      ? readPieces(model.vocab, fail)
      : { vocabulary: readVocabulary(model.vocab, fail), scores: undefined };
  const addedTokens = readAddedTokens(raw.added_tokens, vocabulary, fail);
  const size = checkIds(vocabulary, addedTokens, fail);
  const merges = modelType === "BPE" ? readMerges(model, vocabulary, fail) : [];
  const unknownToken = unknownTokenOf(model, modelType, vocabulary, addedTokens, fail);
  checkComponents(raw, source);
  return {
    source,
    raw,
    model,
    modelType,
    vocabulary,
    merges,
    scores,
    addedTokens,
    size,
    ignoreMerges: model.ignore_merges === true,
    unknownToken,
    normalizer: (raw.normalizer ?? null) as Component | null,
    preTokenizer: (raw.pre_tokenizer ?? null) as Component | null,
    postProcessor: (raw.post_processor ?? null) as Component | null,
    decoder: (raw.decoder ?? null) as Component | null,
  };
}

type Fail = (place: string, fault: string) => never;

function modelTypeOf(model: Json, fail: Fail): TokenizerModelType {
  const { type } = model;
  if (type === "BPE" || type === "Unigram" || type === "WordPiece" || type === "WordLevel") return type;
  // Files of early versions leave the type out.
  if (type === undefined && Array.isArray(model.merges)) return "BPE";
  return fail("model.type", `${JSON.stringify(type)} is not one of BPE, Unigram, WordPiece, WordLevel`);
}

const isId = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 31;

function readVocabulary(value: unknown, fail: Fail): Map<string, number> {
  if (!isObject(value)) return fail("model.vocab", "expected an object of token → id");
  const vocabulary = new Map<string, number>();
  for (const [token, id] of Object.entries(value)) {
    if (!isId(id)) return fail(`model.vocab[${shown(token)}]`, `${JSON.stringify(id)} is not an id`);
    vocabulary.set(token, id);
  }
  return vocabulary;
}

function readPieces(value: unknown, fail: Fail): { vocabulary: Map<string, number>; scores: number[] } {
  if (!Array.isArray(value)) return fail("model.vocab", "expected a list of [piece, score]");
  const vocabulary = new Map<string, number>();
  const scores: number[] = [];
  for (const [id, entry] of value.entries()) {
    const [piece, score] = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (typeof piece !== "string" || typeof score !== "number") {
      return fail(`model.vocab[${id}]`, "expected [piece, score]");
    }
    if (vocabulary.has(piece)) return fail(`model.vocab[${id}]`, `the piece ${shown(piece)} is there twice`);
    vocabulary.set(piece, id);
    scores.push(score);
  }
  return { vocabulary, scores };
}

function readAddedTokens(value: unknown, vocabulary: ReadonlyMap<string, number>, fail: Fail): AddedToken[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return fail("added_tokens", "expected a list");
  const contents = new Map<string, number>();
  return value.map((entry: unknown, i): AddedToken => {
    const place = `added_tokens[${i}]`;
    if (!isObject(entry)) return fail(place, "expected an object");
    const { id, content } = entry;
    if (typeof content !== "string" || content === "") return fail(`${place}.content`, "expected a text");
    if (!isId(id)) return fail(`${place}.id`, `${JSON.stringify(id)} is not an id (token ${shown(content)})`);
    if (contents.has(content)) return fail(place, `${shown(content)} is there twice`);
    contents.set(content, id);
    const inModel = vocabulary.get(content);
    if (inModel !== undefined && inModel !== id) {
      return fail(place, `${shown(content)} has id ${id} here and ${inModel} in model.vocab`);
    }
    const flag = (name: string): boolean => entry[name] === true;
    // The binding ends the process where another token has taken the white space that this one begins with.
    if (flag("lstrip") && /^\s/.test(content)) {
      return fail(place, `${shown(content)} begins with white space and takes the white space in front of it too`);
    }
    return {
      id,
      content,
      single_word: flag("single_word"),
      lstrip: flag("lstrip"),
      rstrip: flag("rstrip"),
      normalized: flag("normalized"),
      special: flag("special"),
    };
  });
}

/** Every id from 0 to size - 1 belongs to exactly one token. Gives the size. */
function checkIds(vocabulary: ReadonlyMap<string, number>, addedTokens: readonly AddedToken[], fail: Fail): number {
  const entries = new Map(vocabulary);
  for (const { content, id } of addedTokens) entries.set(content, id);
  if (entries.size === 0) return fail("model.vocab", "there are no tokens");
  const tokens: (string | undefined)[] = new Array(entries.size).fill(undefined);
  let farthest: [token: string, id: number] = ["", -1];
  for (const [token, id] of entries) {
    if (id > farthest[1]) farthest = [token, id];
    if (id >= entries.size) continue;
    const other = tokens[id];
    if (other !== undefined) return fail("model.vocab", `${shown(other)} and ${shown(token)} have the same id ${id}`);
    tokens[id] = token;
  }
  if (farthest[1] >= entries.size) {
    const hole = tokens.indexOf(undefined);
    const [token, id] = farthest;
    return fail(
      "model.vocab",
      `the vocabulary has a hole: no token has id ${hole}, and id ${id} of ${shown(token)} is out of range for ${entries.size} tokens`,
    );
  }
  return entries.size;
}

function readMerges(model: Json, vocabulary: ReadonlyMap<string, number>, fail: Fail): Merge[] {
  const { merges } = model;
  if (!Array.isArray(merges)) return fail("model.merges", "expected a list");
  const prefix = typeof model.continuing_subword_prefix === "string" ? model.continuing_subword_prefix : "";
  return merges.map((entry: unknown, rank): Merge => {
    const place = `model.merges[${rank}]`;
    const pair: unknown[] = typeof entry === "string" ? entry.split(" ") : Array.isArray(entry) ? entry : [];
    const [left, right] = pair;
    if (pair.length !== 2 || typeof left !== "string" || typeof right !== "string" || left === "" || right === "") {
      return fail(place, `${shown(JSON.stringify(entry) ?? "undefined")} is not a pair of tokens`);
    }
    if (!right.startsWith(prefix)) return fail(place, `${shown(right)} does not begin with ${shown(prefix)}`);
    const whole = left + right.slice(prefix.length);
    for (const token of [left, right, whole]) {
      if (!vocabulary.has(token)) {
        return fail(place, `${shown(`${left} ${right}`)}: the vocabulary has no token ${shown(token)}`);
      }
    }
    return [left, right];
  });
}

function unknownTokenOf(
  model: Json,
  type: TokenizerModelType,
  vocabulary: ReadonlyMap<string, number>,
  addedTokens: readonly AddedToken[],
  fail: Fail,
): string | undefined {
  if (type === "Unigram") {
    const id = model.unk_id;
    if (id === undefined || id === null) return undefined;
    for (const [piece, pieceId] of vocabulary) if (pieceId === id) return piece;
    return fail("model.unk_id", `no piece has id ${JSON.stringify(id)}`);
  }
  const token = model.unk_token;
  if (token === undefined || token === null) return undefined;
  if (typeof token !== "string") return fail("model.unk_token", "expected a token");
  if (!vocabulary.has(token) && !addedTokens.some((added) => added.content === token)) {
    // WordPiece and WordLevel always name one; a vocabulary that covers everything never needs it.
    return type === "BPE" ? fail("model.unk_token", `the vocabulary has no token ${shown(token)}`) : undefined;
  }
  return token;
}

/** A BPE tokenizer over bytes (GPT-2, LLaMa-3, Qwen). */
export function isByteLevelBpe(tokenizer: Pick<TokenizerJson, "modelType" | "preTokenizer">): boolean {
  return (
    tokenizer.modelType === "BPE" &&
    componentsOf(tokenizer.preTokenizer).some((component) => component.type === "ByteLevel")
  );
}

/**
 * Throws `TokenizerError` saying what is missing where `tokenizer` is not a BPE that can be built upon: over bytes, or over
 * characters as SentencePiece writes them.
 */
export function requireBpe(tokenizer: TokenizerJson): void {
  const fail = (fault: string): never => {
    throw new TokenizerError("tokenizer.not_bpe", `${tokenizer.source}: ${fault}`, {
      hint: "The methods extended and optimized work on whole BPE tokenizers, such as those of GPT-2, LLaMa, Mistral and Qwen.",
    });
  };
  const { model, vocabulary } = tokenizer;
  if (tokenizer.modelType !== "BPE") fail(`not a BPE tokenizer (model ${tokenizer.modelType})`);
  for (const option of ["continuing_subword_prefix", "end_of_word_suffix", "dropout"]) {
    if (model[option]) fail(`model.${option} is set, which is not supported`);
  }
  if (!isByteLevelBpe(tokenizer)) return;
  const added = new Set(tokenizer.addedTokens.map((token) => token.content));
  const seen = new Uint8Array(256);
  for (const token of vocabulary.keys()) {
    const bytes = bytesOfToken(token);
    if (bytes?.length === 1) seen[bytes[0]!] = 1;
    if (bytes === undefined && !added.has(token)) fail(`the token ${shown(token)} is not in the byte-level alphabet`);
  }
  const missing = seen.indexOf(0);
  if (missing >= 0) fail(`the vocabulary has no token for the byte 0x${missing.toString(16).padStart(2, "0")}`);
}
