/**
 * Words that were encoded before and their ids, all in typed arrays: a hash table over the words' UTF-16 units, so that a
 * known word needs no string and no object. It grows to a bound, and then starts over empty.
 */
import { type IdSink, reserveIds } from "./id-sink.js";
import { hashOfUnits } from "./token-table.js";
import type { WordModel } from "./word-model.js";

/** Longer words seldom come back. */
const longestWord = 64;
const mostWords = 1 << 18;
/** 64 MB of words and their ids. */
const mostCells = 1 << 24;
/** What is kept of a word, beside its units and ids. */
const headLength = 2;

/** `model` behind a cache of its own. */
export function createCachedModel(model: WordModel): WordModel {
  let capacity = 1 << 15;
  /** Hash and place of each slot's word; place 0 marks an empty one. */
  let slots = new Int32Array(4 * capacity);
  /** Behind one another: length in units, number of ids, the units two by two, the ids. Place 0 is no word's. */
  let words = new Int32Array(16 * capacity);
  let count = 0;
  let end = 1;

  const freeSlot = (hash: number): number => {
    const mask = slots.length / 2 - 1;
    let slot = hash & mask;
    while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
    return 2 * slot;
  };

  const grow = (): void => {
    const old = slots;
    capacity *= 2;
    slots = new Int32Array(4 * capacity);
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] !== 0) slots.set(old.subarray(i, i + 2), freeSlot(old[i]!));
    }
  };

  const keep = (hash: number, units: Uint16Array, from: number, to: number, sink: IdSink, first: number): void => {
    if (count === mostWords || end > mostCells) {
      slots.fill(0);
      count = 0;
      end = 1;
    }
    if (count === capacity) grow();
    const length = to - from;
    const found = sink.length - first;
    if (end + headLength + length + found > words.length) {
      const larger = new Int32Array(2 * words.length + length + found);
      larger.set(words);
      words = larger;
    }
    const slot = freeSlot(hash);
    slots[slot] = hash;
    slots[slot + 1] = end;
    words[end++] = length;
    words[end++] = found;
    for (let i = from; i < to; i += 2) words[end++] = i + 1 < to ? units[i]! | (units[i + 1]! << 16) : units[i]!;
    for (let i = first; i < sink.length; i++) words[end++] = sink.ids[i]!;
    count++;
  };

  const append = (units: Uint16Array, from: number, to: number, sink: IdSink): boolean => {
    const length = to - from;
    if (length > longestWord) return model.append(units, from, to, sink);
    const hash = hashOfUnits(units, from, to);
    const mask = slots.length / 2 - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      let at = slots[2 * slot + 1]!;
      if (at === 0) break;
      if (slots[2 * slot] !== hash || words[at] !== length) continue;
      const found = words[at + 1]!;
      at += headLength;
      let i = from;
      while (i + 1 < to && words[at] === (units[i]! | (units[i + 1]! << 16))) {
        at++;
        i += 2;
      }
      if (i + 1 < to || (i < to && words[at++] !== units[i])) continue;
      reserveIds(sink, found);
      const out = sink.ids;
      const first = sink.length;
      for (let j = 0; j < found; j++) out[first + j] = words[at + j]!;
      sink.length = first + found;
      return true;
    }
    const first = sink.length;
    const keeps = model.append(units, from, to, sink);
    if (keeps) keep(hash, units, from, to, sink, first);
    return keeps;
  };

  return { begin: model.begin, append };
}
