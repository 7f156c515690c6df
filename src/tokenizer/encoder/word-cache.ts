/**
 * Words that were encoded before and their ids, all in typed arrays: a hash table over the words' UTF-16 units, so that a
 * known word needs no string and no object. It grows to a bound, and then starts over empty.
 */
import { type IdSink, reserveIds } from "./id-sink.js";
import type { WordModel } from "./word-model.js";

/** Longer words seldom come back. */
const longestWord = 64;
const mostWords = 1 << 18;
/** Hash, start and length of the word, start and count of its ids. */
const fields = 5;

/** `model` behind a cache of its own. */
export function createCachedModel(model: WordModel): WordModel {
  let capacity = 1 << 12;
  let slots = new Int32Array(2 * capacity);
  let entries = new Int32Array(fields * capacity);
  let words = new Uint16Array(8 * capacity);
  let ids = new Int32Array(4 * capacity);
  let count = 0;
  let wordEnd = 0;
  let idEnd = 0;

  const clear = (): void => {
    slots.fill(0);
    count = 0;
    wordEnd = 0;
    idEnd = 0;
  };

  const grow = (): void => {
    capacity *= 2;
    slots = new Int32Array(2 * capacity);
    entries = resized(entries, fields * capacity);
    for (let entry = 0; entry < count; entry++) {
      let slot = entries[fields * entry]! & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = entry + 1;
    }
  };

  const keep = (hash: number, units: Uint16Array, from: number, to: number, sink: IdSink, first: number): void => {
    if (count === mostWords) clear();
    if (count === capacity) grow();
    const length = to - from;
    const found = sink.length - first;
    if (wordEnd + length > words.length) words = resized(words, 2 * words.length);
    if (idEnd + found > ids.length) ids = resized(ids, 2 * ids.length + found);
    for (let i = 0; i < length; i++) words[wordEnd + i] = units[from + i]!;
    for (let i = 0; i < found; i++) ids[idEnd + i] = sink.ids[first + i]!;
    entries[fields * count] = hash;
    entries[fields * count + 1] = wordEnd;
    entries[fields * count + 2] = length;
    entries[fields * count + 3] = idEnd;
    entries[fields * count + 4] = found;
    let slot = hash & (slots.length - 1);
    while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
    count++;
    slots[slot] = count;
    wordEnd += length;
    idEnd += found;
  };

  const append = (units: Uint16Array, from: number, to: number, sink: IdSink): boolean => {
    const length = to - from;
    if (length > longestWord) return model.append(units, from, to, sink);
    let hash = length;
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ units[i]!, 0x9e3779b1);
    hash ^= hash >>> 15;
    const mask = slots.length - 1;
    for (let slot = hash & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const entry = fields * (slots[slot]! - 1);
      if (entries[entry] !== hash || entries[entry + 2] !== length) continue;
      const start = entries[entry + 1]!;
      let same = 0;
      while (same < length && words[start + same] === units[from + same]) same++;
      if (same < length) continue;
      const found = entries[entry + 4]!;
      const first = entries[entry + 3]!;
      reserveIds(sink, found);
      const out = sink.ids;
      const at = sink.length;
      for (let i = 0; i < found; i++) out[at + i] = ids[first + i]!;
      sink.length = at + found;
      return true;
    }
    const first = sink.length;
    const keeps = model.append(units, from, to, sink);
    if (keeps) keep(hash, units, from, to, sink, first);
    return keeps;
  };

  return { begin: model.begin, append };
}

function resized<T extends Int32Array | Uint16Array>(old: T, length: number): T {
  const larger = new (old.constructor as new (length: number) => T)(length);
  larger.set(old);
  return larger;
}
