/**
 * Word counts in the form that the Unigram trainer works on. No piece goes over a border between scripts, in front of a
 * space or behind a line feed, so words are cut there: the likelihood of every segmentation is the same, and there are far
 * fewer different words (`▁said,` and `▁said.` share `▁said`). Characters beyond the alphabet are left out likewise:
 * each is a token of its own whatever the pieces are.
 *
 * `symbols` holds word after word, each followed by 0; word w is at starts[w] … starts[w + 1] - 2. Symbol s is
 * alphabet[s - 1].
 */
import { anyClass, inheritedClass, scriptClass } from "./script-class.js";

export interface UnigramCorpus {
  alphabet: readonly string[];
  /** By index in `alphabet`; whole numbers. */
  alphabetCounts: Float64Array;
  symbols: Uint32Array;
  /** One more than there are words. */
  starts: Uint32Array;
  counts: Float64Array;
}

export interface UnigramCorpusOptions {
  /** Share of the text's characters that the alphabet covers; the rarest beyond it are left out. Default 1. */
  character_coverage?: number;
  /** Every digit is a piece of its own. */
  split_digits?: boolean;
  /** Characters that are in the alphabet whatever the text holds. */
  required?: Iterable<string>;
}

/** What has no space or border in it is counted in stretches of so many characters. */
export const longestWord = 64;

/** Spaces are the mark U+2581 in `words`. */
export function createUnigramCorpus(
  words: Iterable<readonly [text: string, count: number]>,
  { character_coverage = 1, split_digits = false, required = [] }: UnigramCorpusOptions = {},
): UnigramCorpus {
  const parts = new Map<string, number>();
  for (const [word, count] of words) {
    cutWord(word, split_digits, (part) => parts.set(part, (parts.get(part) ?? 0) + count));
  }
  const counts = countCharacters(parts);
  const alphabet = chooseAlphabet(counts, character_coverage, required);
  const symbolOf = new Map(alphabet.map((character, i) => [character.codePointAt(0)!, i + 1]));
  return {
    alphabet,
    alphabetCounts: Float64Array.from(alphabet, (character) => counts.get(character.codePointAt(0)!) ?? 0),
    ...encodeParts(parts, symbolOf),
  };
}

const lineFeed = 0x0a;
const digit = /\p{Nd}/u;

/** Calls `part` with the stretches of a word that pieces stay within, in order. */
export function cutWord(word: string, splitDigits: boolean, part: (text: string) => void): void {
  let from = 0;
  let last = -1;
  let lastClass = anyClass;
  for (let at = 0; at < word.length; ) {
    const code = word.codePointAt(at)!;
    const kind = scriptClass(code);
    const cut =
      kind === anyClass ||
      (kind !== inheritedClass && lastClass !== anyClass && kind !== lastClass) ||
      (last === lineFeed && code !== lineFeed) ||
      (splitDigits && (isDigit(code) || isDigit(last)));
    if (cut && at > from) {
      part(word.slice(from, at));
      from = at;
    }
    last = code;
    if (kind !== inheritedClass) lastClass = kind;
    at += code > 0xffff ? 2 : 1;
  }
  if (from < word.length) part(word.slice(from));
}

const isDigit = (code: number): boolean =>
  code >= 0 && (code < 0x80 ? code >= 0x30 && code <= 0x39 : digit.test(String.fromCodePoint(code)));

function countCharacters(parts: ReadonlyMap<string, number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const [part, count] of parts) {
    for (let at = 0; at < part.length; ) {
      const code = part.codePointAt(at)!;
      counts.set(code, (counts.get(code) ?? 0) + count);
      at += code > 0xffff ? 2 : 1;
    }
  }
  return counts;
}

/** The commonest characters until their share is reached, and the required ones, by code point. */
function chooseAlphabet(counts: ReadonlyMap<number, number>, coverage: number, required: Iterable<string>): string[] {
  const chosen = new Set(Array.from(required, (character) => character.codePointAt(0)!));
  let total = 0;
  for (const count of counts.values()) total += count;
  let covered = 0;
  for (const [code, count] of [...counts].sort(([a, m], [b, n]) => n - m || a - b)) {
    if (covered >= coverage * total) break;
    covered += count;
    // A lone half of a surrogate pair is not text, and no file can hold it.
    if (code < 0xd800 || code > 0xdfff) chosen.add(code);
  }
  return [...chosen].sort((a, b) => a - b).map((code) => String.fromCodePoint(code));
}

function encodeParts(
  parts: ReadonlyMap<string, number>,
  symbolOf: ReadonlyMap<number, number>,
): Pick<UnigramCorpus, "symbols" | "starts" | "counts"> {
  let units = 0;
  for (const part of parts.keys()) units += part.length;
  // At most a border in front of each character.
  const symbols = new Uint32Array(2 * units);
  const starts: number[] = [];
  const counts: number[] = [];
  let used = 0;
  for (const [part, count] of parts) {
    let length = 0;
    const end = (): void => {
      if (length > 0) symbols[used++] = 0;
      length = 0;
    };
    for (let at = 0; at < part.length; ) {
      const code = part.codePointAt(at)!;
      at += code > 0xffff ? 2 : 1;
      const symbol = symbolOf.get(code);
      if (symbol === undefined || length === longestWord) end();
      if (symbol === undefined) continue;
      if (length++ === 0) {
        starts.push(used);
        counts.push(count);
      }
      symbols[used++] = symbol;
    }
    end();
  }
  starts.push(used);
  return { symbols: symbols.slice(0, used), starts: Uint32Array.from(starts), counts: Float64Array.from(counts) };
}
