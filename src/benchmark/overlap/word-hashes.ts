/**
 * The words of a text, as hashes of 64 bits. A word is a run of letters, digits and marks, lower-cased; all else parts words and
 * is no part of any, so that punctuation, quotes and dashes make no difference. Stress marks and invisible characters (soft
 * hyphen, zero-width ones) are passed over. Canonically equal spellings are one (NFC).
 */

/** What a code unit is, in the place of its lower case. */
const separator = 0;
const silent = 1;
const half = 2;

const graveAndAcute = new Set([0x300, 0x301]);

let folds: Uint16Array | undefined;
const astral = new Map<number, number>();

/** 64 bits as two signed halves. */
export type OnHash = (high: number, low: number) => void;

/** Calls `onWord` for every word of `text`, in order. */
export function eachWord(text: string, onWord: OnHash): void {
  folds ??= Uint16Array.from({ length: 0x10000 }, (_, unit) => (unit >> 10 === 0x36 ? half : fold(unit)));
  const normal = text.normalize("NFC");
  let high = 0;
  let low = 0;
  let length = 0;
  const end = (): void => {
    onWord(mix(high ^ length), mix(low + length));
    high = 0;
    low = 0;
    length = 0;
  };
  for (let i = 0; i < normal.length; i++) {
    let code = folds[normal.charCodeAt(i)]!;
    if (code === half) {
      const point = normal.codePointAt(i)!;
      if (point > 0xffff) i++;
      code = astral.get(point) ?? fold(point);
      astral.set(point, code);
    }
    if (code === silent) continue;
    if (code === separator) {
      if (length > 0) end();
      continue;
    }
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul((low << 7) ^ (low >>> 25) ^ code, 0x5bd1e995);
    length++;
  }
  if (length > 0) end();
}

function fold(point: number): number {
  const character = String.fromCodePoint(point);
  if (graveAndAcute.has(point) || /\p{Cf}/u.test(character)) return silent;
  if (!/[\p{L}\p{N}\p{M}]/u.test(character)) return separator;
  // Of the one capital whose lower case has two characters (İ) the first.
  return character.toLowerCase().codePointAt(0)!;
}

/** MurmurHash3's finaliser: every bit of the result depends on every bit. */
export function mix(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
