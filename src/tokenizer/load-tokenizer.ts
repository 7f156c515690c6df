/**
 * Loads a tokenizer into the `Tokenizer` that the stages use. The encoder is Hugging Face's own, through its Node
 * binding; the file is checked by us first, since the binding's messages name no file.
 */
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import * as binding from "tokenizers";
import { TokenizerError } from "../errors.js";
import { tokenBytes } from "./token-bytes.js";
import type { Tokenizer } from "./tokenizer.js";
import { readTokenizerJson, type TokenizerJson } from "./tokenizer-json.js";
import { type TokenizerRoles, tokenizerRoles } from "./tokenizer-roles.js";

/** Texts of one call into the binding; a call holds all its encodings in memory at once. */
const batchTexts = 2048;
const batchUnits = 1 << 20;

/**
 * `place`: a folder with tokenizer.json, or such a file itself. In a folder, tokenizer_config.json,
 * chat_template.jinja and generation_config.json say which ids begin and end a text.
 * Throws `TokenizerError` naming file and entry.
 */
export async function loadTokenizer(place: string): Promise<Tokenizer> {
  const file = findTokenizerFile(place);
  const json = readTokenizerJson(file);
  return createTokenizer(json, tokenizerRoles(json, statSync(place).isDirectory() ? place : undefined), place);
}

const otherFormats = [".model", ".tiktoken", ".gguf"];

/** The tokenizer.json that `place` (a folder or the file) means. Throws `TokenizerError`. */
export function findTokenizerFile(place: string): string {
  const stats = statSync(place, { throwIfNoEntry: false });
  if (stats === undefined) throw new TokenizerError("tokenizer.not_found", `${place}: there is no such file or folder`);
  if (!stats.isDirectory()) {
    if (otherFormats.includes(path.extname(place))) throw unsupported(place);
    return place;
  }
  const file = path.join(place, "tokenizer.json");
  if (existsSync(file)) return file;
  const model = path.join(place, "tokenizer.model");
  if (existsSync(model)) throw unsupported(model);
  throw new TokenizerError("tokenizer.not_found", `${place}: there is no tokenizer.json in this folder`);
}

const unsupported = (file: string): TokenizerError =>
  new TokenizerError(
    "tokenizer.unsupported_format",
    `${file}: ${path.extname(file)} tokenizers are not supported yet`,
    {
      hint: "Use the tokenizer.json of the same tokenizer.",
    },
  );

/** `source` is what messages call the tokenizer. Throws `TokenizerError` where the binding refuses it. */
export function createTokenizer(json: TokenizerJson, roles: TokenizerRoles, source = json.source): Tokenizer {
  let encoder: binding.Tokenizer;
  try {
    // A file may ask for truncation, padding and chance; a text has one sequence of ids, and all of it.
    const model = { ...json.model, type: json.modelType, ...(json.modelType === "BPE" && { dropout: null }) };
    encoder = binding.Tokenizer.fromString(JSON.stringify({ ...json.raw, truncation: null, padding: null, model }));
  } catch (cause) {
    throw new TokenizerError("tokenizer.invalid", `${json.source}: ${(cause as Error).message}`, { cause });
  }
  const ids = new Map(json.vocabulary);
  for (const token of json.addedTokens) ids.set(token.content, token.id);
  const tokens: string[] = new Array(json.size);
  for (const [token, id] of ids) tokens[id] = token;
  const addedIds = new Set(json.addedTokens.map((token) => token.id));
  const bytes = tokenBytes(json);
  const plain = { addSpecialTokens: false };

  /** Some models have no token for what they do not know. */
  const attempt = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (cause) {
      throw new TokenizerError("tokenizer.encode", `${source}: ${(cause as Error).message}`, { cause });
    }
  };
  const encodeBatch = async (texts: string[]): Promise<number[][]> => {
    const result: number[][] = [];
    for (let from = 0; from < texts.length; ) {
      let to = from;
      for (let units = 0; to < texts.length && to - from < batchTexts && units < batchUnits; to++) {
        units += texts[to]!.length;
      }
      const encodings = await attempt(encoder.encodeBatch(texts.slice(from, to), plain));
      for (const encoding of encodings) result.push(encoding.getIds());
      from = to;
    }
    return result;
  };

  return {
    source,
    size: json.size,
    encode: async (text) => (await attempt(encoder.encode(text, null, plain))).getIds(),
    encodeBatch,
    decode: (sequence, skipSpecial = false) => encoder.decode(checkedIds(sequence, source), skipSpecial),
    tokenOf: (id) => tokens[id],
    idOf: (token) => ids.get(token),
    bytesOf: (id) => (addedIds.has(id) || tokens[id] === undefined ? undefined : bytes(tokens[id])),
    addedIds,
    bosId: roles.bosId,
    eosIds: roles.eosIds,
    chatTemplate: roles.chatTemplate,
    unknownId: json.unknownToken === undefined ? undefined : ids.get(json.unknownToken),
  };
}

/** Ids above the tokenizer's size (padding rows of a model) stand for no text and decode to nothing. */
function checkedIds(sequence: ArrayLike<number>, source: string): number[] {
  return Array.from(sequence, (id, i) => {
    if (!Number.isInteger(id) || id < 0 || id >= 2 ** 32) {
      throw new TokenizerError(
        "tokenizer.invalid_id",
        `${source}: ${id} at place ${i} of a sequence is not a token id`,
      );
    }
    return id;
  });
}
