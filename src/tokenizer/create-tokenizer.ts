/**
 * The `Tokenizer` that the stages use, from a checked tokenizer.json. Ids come from an encoder of our own where it knows
 * every component of the file, else from Hugging Face's through its Node binding, which also decodes. The file is checked by
 * us first, since the binding's messages name no file.
 */
import * as binding from "tokenizers";
import { TokenizerError } from "../errors.js";
import { createEncoder, type Encoder } from "./encoder/encoder.js";
import { createSpelling } from "./spelling.js";
import { tokenBytes } from "./token-bytes.js";
import type { EncodedTexts, Tokenizer } from "./tokenizer.js";
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
  const encodeThroughBinding = async (texts: readonly string[]): Promise<number[][]> => {
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

  // The tables of a large vocabulary take a second, which who only decodes does not wait for.
  let own: Encoder | null | undefined;
  const ownEncoder = (): Encoder | null => {
    if (own === undefined) own = hasIdsOf(encoder, json) ? tryEncoder(json) : null;
    return own;
  };
  const encodeBulk = async (texts: readonly string[]): Promise<EncodedTexts> => {
    const ours = ownEncoder();
    if (ours === null) return gathered(await encodeThroughBinding(texts));
    const { left, ...encoded } = await ours.encodeBatch(texts);
    if (left.length === 0) return encoded;
    const others = await encodeThroughBinding(left.map((index) => texts[index]!));
    const filled = new Map(left.map((index, i) => [index, others[i]!]));
    return gathered(
      texts.map((_, i) => filled.get(i) ?? encoded.ids.subarray(encoded.starts[i], encoded.starts[i + 1])),
    );
  };
  const spells = createSpelling(json);

  return {
    source,
    size: json.size,
    encode: async (text) => {
      const encoded = ownEncoder()?.encode(text);
      return encoded ? Array.from(encoded) : (await attempt(encoder.encode(text, null, plain))).getIds();
    },
    encodeBatch: async (texts) => {
      const { ids: all, starts } = await encodeBulk(texts);
      return texts.map((_, i) => Array.from(all.subarray(starts[i], starts[i + 1])));
    },
    encodeBulk,
    comesBack: async (texts, { ids: all, starts }) => {
      const result = new Uint8Array(texts.length);
      for (const [i, text] of texts.entries()) {
        const sequence = all.subarray(starts[i], starts[i + 1]);
        const same = spells?.(sequence, text) || (await encoder.decode(Array.from(sequence), false)) === text;
        result[i] = same ? 1 : 0;
      }
      return result;
    },
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

/** Null where a component is not supported. */
function tryEncoder(json: TokenizerJson): Encoder | null {
  try {
    return createEncoder(json);
  } catch (error) {
    if (error instanceof TokenizerError) return null;
    throw error;
  }
}

/** The binding gives an added token that the model does not hold an id of its own choice. */
function hasIdsOf(encoder: binding.Tokenizer, json: TokenizerJson): boolean {
  return json.addedTokens.every((token) => encoder.tokenToId(token.content) === token.id);
}

function gathered(sequences: readonly ArrayLike<number>[]): EncodedTexts {
  const starts = new Int32Array(sequences.length + 1);
  for (const [i, sequence] of sequences.entries()) starts[i + 1] = starts[i]! + sequence.length;
  const ids = new Int32Array(starts.at(-1)!);
  for (const [i, sequence] of sequences.entries()) ids.set(sequence, starts[i]);
  return { ids, starts };
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
