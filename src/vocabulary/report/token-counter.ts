/**
 * What the tokens of a text are like: how long they are, and how many words are one token. Both come from the ids alone,
 * through the bytes that each id stands for, so nothing has to be aligned with a text that a normaliser may have changed.
 * A word here is a run of letters (and their marks): "собака," is the word and a comma, and a token " собака" holds all of
 * it. Memory: a few bytes for each id of the vocabulary, whatever the length of the corpus.
 */
import { countCharacters } from "../../corpus/filters.js";
import { textOfBytes } from "../../tokenizer/byte-level.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";

export interface TokenStatistics {
  /** Runs of letters. */
  letter_words: number;
  /** Share of them that lie whole inside one token; null where there are none. */
  one_token_words: number | null;
  /** How many tokens of the text have so many characters; at 0 those that are not whole characters. */
  token_lengths: number[];
}

export interface TokenCounter {
  /** Ids of one text; words end with it. */
  add(ids: ArrayLike<number>): void;
  result(): TokenStatistics;
}

/** Letters at the start and the end of a token, and whole words between them. */
interface TokenShape {
  characters: number;
  head: boolean;
  tail: boolean;
  /** Letters only, at least one. */
  letters: boolean;
  inner: number;
}

const words = /[\p{L}\p{M}]+/gu;

/** More bytes than a character has are not going to become one. */
const longestCharacter = 4;

export function createTokenCounter(tokenizer: Tokenizer): TokenCounter {
  const shapes = new Map<number, TokenShape | Uint8Array>();
  const lengths: number[] = [];
  const total = { words: 0, whole: 0 };
  /** Tokens that the word at the end has so far; 0: there is none. */
  let open = 0;
  /** Bytes of a character that is not complete yet, and the tokens that they came from. */
  let pending: number[] = [];
  let pendingTokens = 0;

  const close = (): void => {
    if (open > 0) total.words++;
    if (open === 1) total.whole++;
    open = 0;
  };
  /** A piece of text that `tokens` tokens spell. */
  const addPiece = (shape: TokenShape, tokens: number): void => {
    if (shape.head) open += tokens;
    else close();
    if (shape.letters) return;
    close();
    total.words += shape.inner;
    if (tokens === 1) total.whole += shape.inner;
    if (shape.tail) open = tokens;
  };
  const addBytes = (bytes: Uint8Array): void => {
    pending.push(...bytes);
    pendingTokens++;
    const text = textOfBytes(Uint8Array.from(pending));
    if (text !== undefined) addPiece(shapeOf(text), pendingTokens);
    else if (missingBytes(pending) > 0) return;
    else close();
    pending = [];
    pendingTokens = 0;
  };
  const dropPending = (): void => {
    if (pendingTokens > 0) close();
    pending = [];
    pendingTokens = 0;
  };
  const look = (id: number): TokenShape | Uint8Array => {
    // What the vocabulary cannot spell is part of a word that is not one token.
    if (id === tokenizer.unknownId) return { characters: 1, head: true, tail: true, letters: true, inner: 0 };
    const bytes = tokenizer.bytesOf(id);
    if (bytes === undefined) {
      const characters = countCharacters(tokenizer.tokenOf(id) ?? "");
      return { characters, head: false, tail: false, letters: false, inner: 0 };
    }
    const text = textOfBytes(bytes);
    return text === undefined ? bytes : shapeOf(text);
  };

  return {
    add(ids) {
      for (let i = 0; i < ids.length; i++) {
        const id = ids[i]!;
        let shape = shapes.get(id);
        if (shape === undefined) {
          shape = look(id);
          shapes.set(id, shape);
        }
        const characters = shape instanceof Uint8Array ? 0 : shape.characters;
        while (lengths.length <= characters) lengths.push(0);
        lengths[characters]!++;
        if (shape instanceof Uint8Array) addBytes(shape);
        else {
          if (pendingTokens > 0) dropPending();
          addPiece(shape, id === tokenizer.unknownId ? 2 : 1);
        }
      }
      dropPending();
      close();
    },
    result: () => ({
      letter_words: total.words,
      one_token_words: total.words === 0 ? null : total.whole / total.words,
      token_lengths: [...lengths],
    }),
  };
}

function shapeOf(text: string): TokenShape {
  const characters = countCharacters(text);
  const shape: TokenShape = { characters, head: false, tail: false, letters: false, inner: 0 };
  for (const { 0: word, index } of text.matchAll(words)) {
    const head = index === 0;
    const tail = index + word.length === text.length;
    shape.head ||= head;
    shape.tail ||= tail;
    shape.letters ||= head && tail;
    if (!head && !tail) shape.inner++;
  }
  return shape;
}

/** How many bytes the last character of `bytes` still lacks; 0 where it can never become one. */
function missingBytes(bytes: readonly number[]): number {
  const last = Math.max(0, bytes.length - longestCharacter);
  for (let at = bytes.length - 1; at >= last; at--) {
    const byte = bytes[at]!;
    if (byte >= 0x80 && byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return Math.max(0, length - (bytes.length - at));
  }
  return 0;
}
