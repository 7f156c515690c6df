/**
 * What a BPE starts from: its first tokens, and the words as sequences of them. Over bytes that are all 256 of them, so
 * that every text can be spelt; over characters those of the corpus, and byte tokens beside them where the tokenizer
 * falls back to bytes.
 */
import { byteAlphabet, tokenOfText } from "../tokenizer/byte-level.js";
import { byteLevelForm } from "../tokenizer/token-form.js";
import type { Merge } from "../tokenizer/tokenizer-json.js";
import { createSymbolBuffer, type SegmentedWords } from "./segmented-words.js";
import { createSegmenter } from "./segmenter.js";
import type { WordCounts } from "./word-table.js";

export interface BpeStart {
  /** By id. */
  tokens: string[];
  /** Merges that make some of them. */
  merges: Merge[];
  words: SegmentedWords;
}

/**
 * The bytes in the order of their printable form, then `initial` (texts that are one token each whatever the corpus
 * holds), each made by merges from left to right.
 */
export function startFromBytes(words: WordCounts, initial: readonly string[] = []): BpeStart {
  const tokens = [...byteAlphabet].sort();
  const merges: Merge[] = [];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  for (const text of initial) {
    const [first = "", ...rest] = tokenOfText(text);
    let left = first;
    for (const right of rest) {
      const token = left + right;
      if (!ids.has(token)) {
        ids.set(token, tokens.push(token) - 1);
        merges.push([left, right]);
      }
      left = token;
    }
  }
  const byteIds = Int32Array.from(byteAlphabet, (character) => ids.get(character)!);
  const segment = merges.length === 0 ? undefined : createSegmenter(merges, byteLevelForm.symbols);
  const buffer = createSymbolBuffer(words.bytes.length, words.size);
  forEachWord(words, (bytes, from, to, count) => {
    if (segment === undefined) for (let at = from; at < to; at++) buffer.append(byteIds[bytes[at]!]!);
    else {
      let token = "";
      for (let at = from; at < to; at++) token += byteAlphabet[bytes[at]!];
      for (const part of segment(token)) buffer.append(ids.get(part)!);
    }
    buffer.endWord(count);
  });
  return { tokens, merges, words: buffer.words() };
}

export interface CharacterOptions {
  /** Characters that are tokens whatever the corpus holds. */
  initial?: readonly string[] | undefined;
  /** At most so many characters, the most frequent ones (those of `initial` first). */
  limit?: number | undefined;
}

/**
 * The characters by code point. A word is cut where it has a character that is not among them: no pair reaches across it.
 * (Hugging Face's trainer closes the gap instead.)
 */
export function startFromCharacters(words: WordCounts, { initial = [], limit }: CharacterOptions = {}): BpeStart {
  const counts = new Map<number, number>();
  forEachWord(words, (bytes, from, to, count) => {
    for (let at = from; at < to; ) {
      const code = codePointAt(bytes, at);
      counts.set(code, (counts.get(code) ?? 0) + count);
      at += bytesOf(code);
    }
  });
  for (const text of initial) for (const character of text) counts.set(character.codePointAt(0)!, Infinity);
  let codes = [...counts].sort(([code, count], [otherCode, other]) =>
    count === other ? code - otherCode : other > count ? 1 : -1,
  );
  if (limit !== undefined) codes = codes.slice(0, limit);
  const characters = codes.map(([code]) => code).sort((a, b) => a - b);
  const ids = new Int32Array(0x110000).fill(-1);
  for (const [id, code] of characters.entries()) ids[code] = id;

  const buffer = createSymbolBuffer(words.bytes.length, words.size);
  forEachWord(words, (bytes, from, to, count) => {
    for (let at = from; at < to; ) {
      const code = codePointAt(bytes, at);
      if (ids[code]! >= 0) buffer.append(ids[code]!);
      else buffer.endWord(count);
      at += bytesOf(code);
    }
    buffer.endWord(count);
  });
  return { tokens: characters.map((code) => String.fromCodePoint(code)), merges: [], words: buffer.words() };
}

/**
 * A run without a border (a file of one letter, a blob) is learned from in pieces of so many bytes; every merge of a pair
 * goes through the whole of each word that holds it.
 */
const longestWord = 1024;

function forEachWord(
  { size, bytes, starts, counts }: WordCounts,
  visit: (bytes: Uint8Array, from: number, to: number, count: number) => void,
): void {
  for (let word = 0; word < size; word++) {
    const end = starts[word + 1]!;
    for (let from = starts[word]!; from < end; ) {
      let to = Math.min(end, from + longestWord);
      while (to < end && (bytes[to]! & 0xc0) === 0x80) to--;
      visit(bytes, from, to, counts[word]!);
      from = to;
    }
  }
}

const bytesOf = (code: number): number => (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);

/** Of valid UTF-8. */
function codePointAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return first;
  const second = bytes[at + 1]! & 0x3f;
  if (first < 0xe0) return ((first & 0x1f) << 6) | second;
  const third = bytes[at + 2]! & 0x3f;
  if (first < 0xf0) return ((first & 0x0f) << 12) | (second << 6) | third;
  return ((first & 0x07) << 18) | (second << 12) | (third << 6) | (bytes[at + 3]! & 0x3f);
}
