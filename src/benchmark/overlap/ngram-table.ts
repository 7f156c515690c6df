/**
 * The n-grams that are looked for, and which of them have been found: open addressing in memory that worker threads share. A
 * thread only ever sets a mark, so that no order of theirs makes a difference. 17 bytes an n-gram and up to twice that.
 */
import { eachNgram } from "./ngram-hashes.js";

export interface NgramTable {
  /** Words of the n-grams, ascending. */
  lengths: readonly number[];
  /** Two halves of a hash for each slot; both zero: a free one. */
  keys: Int32Array<SharedArrayBuffer>;
  /** 1 for each slot whose n-gram stands in a text. */
  found: Uint8Array<SharedArrayBuffer>;
}

/** `hashes`: pairs of halves. `lengths`: how many words the n-grams have. */
export function createNgramTable(hashes: Iterable<Int32Array>, lengths: readonly number[]): NgramTable {
  const all = [...hashes];
  const count = all.reduce((sum, pairs) => sum + pairs.length / 2, 0);
  const slots = 2 ** Math.ceil(Math.log2(Math.max(2, 2 * count)));
  const table: NgramTable = {
    lengths,
    keys: new Int32Array(new SharedArrayBuffer(8 * slots)),
    found: new Uint8Array(new SharedArrayBuffer(slots)),
  };
  for (const pairs of all) {
    for (let i = 0; i < pairs.length; i += 2) {
      const slot = slotOf(table, pairs[i]!, pairs[i + 1]!);
      table.keys[2 * slot] = pairs[i]!;
      table.keys[2 * slot + 1] = asKey(pairs[i]!, pairs[i + 1]!);
    }
  }
  return table;
}

/** Slot of an n-gram: where it stands, or the free one where it would. */
export function slotOf({ keys, found }: NgramTable, high: number, low: number): number {
  const mask = found.length - 1;
  const key = asKey(high, low);
  for (let slot = low & mask; ; slot = (slot + 1) & mask) {
    const a = keys[2 * slot]!;
    const b = keys[2 * slot + 1]!;
    if ((a === high && b === key) || (a === 0 && b === 0)) return slot;
  }
}

/** Marks the n-grams that stand in the texts, which follow one another. Returns the number of words. */
export function findNgrams(table: NgramTable, texts: readonly string[]): number {
  const { lengths, keys, found } = table;
  return eachNgram(texts, lengths, (high, low) => {
    const slot = slotOf(table, high, low);
    if (keys[2 * slot] !== 0 || keys[2 * slot + 1] !== 0) found[slot] = 1;
  });
}

/** The one hash of all zeros is kept as another. */
const asKey = (high: number, low: number): number => (high === 0 && low === 0 ? 1 : low);
