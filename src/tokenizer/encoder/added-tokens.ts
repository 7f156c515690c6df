/**
 * Added tokens are cut out of a text before anything else sees it, the leftmost first and of those the longest, with
 * Hugging Face tokenizers' rules for `single_word`, `lstrip` and `rstrip`. One pass over a trie, so that 20,000 of them cost
 * no more than one (huggingface/tokenizers#848).
 */
import type { AddedToken } from "../tokenizer-json.js";
import { buildUnitTrie, stepUnitTrie, type UnitTrie, valueAt } from "./unit-trie.js";

export interface AddedTokenTables {
  /** Text → index into the arrays. */
  trie: UnitTrie;
  ids: Int32Array;
  /** Bits `singleWord`, `leftStrip`, `rightStrip`. */
  flags: Uint8Array;
  /** 1 for every UTF-16 unit that one of the texts begins with, uint8[65536]. */
  heads: Uint8Array;
}

const singleWord = 1;
const leftStrip = 2;
const rightStrip = 4;

/** `textOf`: the form in which a token is looked for. Null where there are no tokens. */
export function buildAddedTokens(
  tokens: readonly AddedToken[],
  textOf: (token: AddedToken) => string,
): AddedTokenTables | null {
  const texts = tokens.map(textOf);
  if (texts.length === 0) return null;
  const heads = new Uint8Array(new SharedArrayBuffer(0x10000));
  for (const text of texts) heads[text.charCodeAt(0)] = 1;
  return {
    trie: buildUnitTrie(texts.map((text, i) => [text, i])),
    ids: Int32Array.from(tokens, (token) => token.id),
    flags: Uint8Array.from(
      tokens,
      (token) =>
        (token.single_word ? singleWord : 0) | (token.lstrip ? leftStrip : 0) | (token.rstrip ? rightStrip : 0),
    ),
    heads,
  };
}

export interface Segments {
  /** Gets each stretch between added tokens; none is empty. */
  text(from: number, to: number): void;
  token(id: number): void;
}

/** Cuts `units[from, to)`, in order. */
export function cutAddedTokens(
  { trie, ids, flags, heads }: AddedTokenTables,
  units: Uint16Array,
  from: number,
  to: number,
  segments: Segments,
): void {
  let done = from;
  for (let at = from; at < to; ) {
    if (heads[units[at]!] === 0) {
      at++;
      continue;
    }
    let index = -1;
    let end = at;
    for (let i = at, node = 0; i < to; ) {
      node = stepUnitTrie(trie, node, units[i++]!);
      if (node === 0) break;
      const value = valueAt(trie, node);
      if (value < 0) continue;
      index = value;
      end = i;
    }
    if (index < 0) {
      at++;
      continue;
    }
    const flag = flags[index]!;
    let start = at;
    let stop = end;
    // The search goes on behind the token itself, whatever it strips.
    at = end;
    if ((flag & singleWord) !== 0 && (endsInWord(units, from, start) || beginsWithWord(units, stop, to))) continue;
    if ((flag & leftStrip) !== 0) {
      while (start > from && isSpace(units[start - 1]!)) start--;
      // The token before may have stripped those spaces.
      start = Math.max(start, done);
    }
    if ((flag & rightStrip) !== 0) while (stop < to && isSpace(units[stop]!)) stop++;
    if (start > done) segments.text(done, start);
    // Nothing is left of a token of white space that the one before has stripped.
    if (stop > start) segments.token(ids[index]!);
    done = stop;
  }
  if (done < to) segments.text(done, to);
}

/** White space is in the Basic Multilingual Plane. */
const isSpace = (unit: number): boolean => /\p{White_Space}/u.test(String.fromCharCode(unit));

const isWord = (text: string): boolean => /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u.test(text);

function endsInWord(units: Uint16Array, from: number, at: number): boolean {
  if (at === from) return false;
  const wide = at - 1 > from && units[at - 1]! >> 10 === 0x37;
  return isWord(String.fromCharCode(...units.subarray(at - (wide ? 2 : 1), at)));
}

function beginsWithWord(units: Uint16Array, at: number, to: number): boolean {
  return at < to && isWord(String.fromCharCode(...units.subarray(at, Math.min(to, at + 2))));
}
