/**
 * The `Tokenizer` that the stages use, from a checked tokenizer.json. The encoder is Hugging Face's own, through its Node
 * binding; the file is checked by us first, since the binding's messages name no file.
 */
import * as binding from "tokenizers";
import { TokenizerError } from "../errors.js";
import { tokenBytes } from "./token-bytes.js";
import type { Tokenizer } from "./tokenizer.js";
import type { TokenizerJson } from "./tokenizer-json.js";
import type { TokenizerRoles } from "./tokenizer-roles.js";

/** Texts of one call into the binding; a call holds all its encodings in memory at once. */
const batchTexts = 2048;
const batchUnits = 1 << 20;

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
