import { firstInvalidByte } from "../corpus/decode-utf8.js";
import { tokenOfBytes } from "./byte-level.js";
import { readTokenizer } from "./load-tokenizer.js";
import type { PlainEncoder } from "./plain-encoder.js";
import type { Tokenizer } from "./tokenizer.js";
import { isByteLevelBpe, type TokenizerJson } from "./tokenizer-json.js";

/** Segments any bytes, valid UTF-8 or not, into ids of ordinary tokens. Bytes without a token leave no piece. */
export type ByteSegmenter = (bytes: Uint8Array) => Promise<Int32Array>;

/**
 * Byte-level BPE: the tokenizer's own merges applied to the byte symbols, the whole token first where it ignores merges.
 * Other tokenizers: runs of valid UTF-8 through `encode`, what is left byte by byte.
 */
export function createByteSegmenter(tokenizer: Tokenizer, encode: PlainEncoder): ByteSegmenter {
  const json = readTokenizer(tokenizer.source);
  return isByteLevelBpe(json) ? mergingSegmenter(tokenizer, json) : runSegmenter(tokenizer, encode);
}

function mergingSegmenter(tokenizer: Tokenizer, json: TokenizerJson): ByteSegmenter {
  const ranks = new Map(json.merges.map(([left, right], rank) => [`${left} ${right}`, rank]));
  return async (bytes) => {
    const symbols = Array.from(bytes, (byte) => tokenOfBytes(Uint8Array.of(byte)));
    const whole = json.ignoreMerges ? idsOf(tokenizer, [symbols.join("")]) : [];
    return Int32Array.from(whole.length > 0 ? whole : idsOf(tokenizer, applyMerges(symbols, ranks)));
  };
}

/** Replaces the adjacent pair of lowest rank until none is left; `left right` → rank. */
function applyMerges(symbols: readonly string[], ranks: ReadonlyMap<string, number>): string[] {
  const parts = [...symbols];
  for (;;) {
    let best = Number.POSITIVE_INFINITY;
    let at = -1;
    for (let i = 0; i + 1 < parts.length; i++) {
      const rank = ranks.get(`${parts[i]} ${parts[i + 1]}`);
      if (rank === undefined || rank >= best) continue;
      best = rank;
      at = i;
    }
    if (at < 0) return parts;
    parts.splice(at, 2, parts[at]! + parts[at + 1]!);
  }
}

/** Ids of those tokens that are there and ordinary. */
function idsOf(tokenizer: Tokenizer, tokens: readonly string[]): number[] {
  const ids = tokens.map((token) => tokenizer.idOf(token));
  return ids.filter((id): id is number => id !== undefined && !tokenizer.addedIds.has(id));
}

function runSegmenter(tokenizer: Tokenizer, encode: PlainEncoder): ByteSegmenter {
  const byteIds = singleByteIds(tokenizer);
  const singly = (bytes: Uint8Array): number[] =>
    Array.from(bytes, (byte) => byteIds[byte]).filter((id) => id !== undefined);
  return async (bytes) => {
    const pieces: number[] = [];
    for (let at = 0; at < bytes.length; ) {
      const valid = firstInvalidByte(bytes.subarray(at));
      if (valid > 0) {
        const run = bytes.subarray(at, at + valid);
        const [ids] = await encode([Buffer.from(run).toString()]);
        pieces.push(...(ids ?? singly(run)));
      }
      pieces.push(...singly(bytes.subarray(at + valid, at + valid + 1)));
      at += valid + 1;
    }
    return Int32Array.from(pieces);
  };
}

/** By value. A byte fallback token comes before the token of the character that is this one byte. */
function singleByteIds(tokenizer: Tokenizer): (number | undefined)[] {
  const ids = new Array<number | undefined>(256);
  for (let id = 0; id < tokenizer.size; id++) {
    const bytes = tokenizer.bytesOf(id);
    if (bytes?.length !== 1) continue;
    if (ids[bytes[0]!] === undefined || tokenizer.tokenOf(id)?.length === 6) ids[bytes[0]!] = id;
  }
  return ids;
}
