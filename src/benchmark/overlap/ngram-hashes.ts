/**
 * Hashes of the runs of n words of a text. Σ word · base^place of all words so far is kept for the last places; a run's hash is
 * the difference of two of them (Rabin and Karp), so that runs of several lengths cost little more than those of one.
 */
import { eachWord, type OnHash } from "./word-hashes.js";

/** The longest run. */
export const ngramWords = 13;

/** A power of two above `ngramWords`. */
const ring = 16;
const bases = [0x9e3779b1, 0xc2b2ae3d] as const;
const powers = bases.map((base) => {
  const all = [1];
  for (let i = 1; i < ring; i++) all.push(Math.imul(all[i - 1]!, base));
  return Int32Array.from(all);
}) as [Int32Array, Int32Array];

/**
 * Calls `onNgram` for every run of `lengths` words (ascending, each at most `ngramWords`) of the texts, which stand behind one
 * another: a run may begin in one and end in the next. A word does not. Returns the number of words.
 */
export function eachNgram(texts: Iterable<string>, lengths: readonly number[], onNgram: OnHash): number {
  const [highPowers, lowPowers] = powers;
  const highs = new Int32Array(ring);
  const lows = new Int32Array(ring);
  let high = 0;
  let low = 0;
  let words = 0;
  const add: OnHash = (wordHigh, wordLow) => {
    high = (Math.imul(high, bases[0]) + wordHigh) | 0;
    low = (Math.imul(low, bases[1]) + wordLow) | 0;
    words++;
    for (const length of lengths) {
      if (length > words) break;
      const before = (words - length) % ring;
      onNgram(
        (high - Math.imul(highs[before]!, highPowers[length]!)) | 0,
        (low - Math.imul(lows[before]!, lowPowers[length]!)) | 0,
      );
    }
    highs[words % ring] = high;
    lows[words % ring] = low;
  };
  for (const text of texts) eachWord(text, add);
  return words;
}
