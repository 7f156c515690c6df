/**
 * The n-grams by which an item is known. They are taken from its inputs (and an output that is a text), each on its own: the
 * wording of a question around them is the same for every item. Where none of them has 13 words, all words of each input are
 * one n-gram, and the item is known by having all of them.
 */
import type { Item } from "../items.js";
import { eachNgram, ngramWords } from "./ngram-hashes.js";
import { eachWord } from "./word-hashes.js";

export interface ItemNgrams {
  /** Pairs of halves of a hash. Empty where the item has no words. */
  hashes: Int32Array;
  /** Every one of them has to be found, not any. */
  every: boolean;
  /** Words of an n-gram. */
  lengths: Set<number>;
}

export function itemNgrams({ inputs, outputs, messages }: Pick<Item, "inputs" | "outputs" | "messages">): ItemNgrams {
  const given = Object.values(inputs);
  const own = new Set(given.length > 0 ? given : messages.map(({ content }) => content));
  const all = typeof outputs === "string" ? new Set([...own, outputs]) : own;
  const hashes: number[] = [];
  const keep = (high: number, low: number): void => void hashes.push(high, low);
  for (const text of all) eachNgram([text], [ngramWords], keep);
  if (hashes.length > 0) return { hashes: Int32Array.from(hashes), every: false, lengths: new Set([ngramWords]) };
  const lengths = new Set<number>();
  for (const text of own) {
    let words = 0;
    eachWord(text, () => words++);
    if (words === 0) continue;
    lengths.add(words);
    eachNgram([text], [words], keep);
  }
  return { hashes: Int32Array.from(hashes), every: true, lengths };
}
