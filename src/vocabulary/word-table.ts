/**
 * Words and how often they occur, as UTF-8 in typed arrays: a Map of strings takes five times the memory, which is what
 * the cap of `countWords` is about. Open addressing with linear probing over an FNV-1a hash.
 */

/** Word w is `bytes[starts[w] … starts[w + 1])`. In the order of first occurrence. */
export interface WordCounts {
  size: number;
  /** UTF-8 of all words, one behind the other. */
  bytes: Uint8Array;
  /** [size + 1] */
  starts: Uint32Array;
  /** [size]; integers in doubles, exact up to 2^53. */
  counts: Float64Array;
}

export interface WordTable {
  readonly size: number;
  /** Adds `count` to the word `bytes[from … to)`. */
  add(bytes: Uint8Array, from: number, to: number, count: number): void;
  /** Bytes of all words. */
  readonly length: number;
  /** Takes out the words that occur at most `count` times; gives how often all of them occurred. */
  drop(count: number): number;
  /** Views of what is there; adding more spoils them. */
  words(): WordCounts;
}

const grow = <A extends Uint8Array | Uint32Array | Float64Array>(array: A, wanted: number): A => {
  let length = array.length;
  while (length < wanted) length = Math.ceil(length * 1.5);
  const larger = new (array.constructor as new (length: number) => A)(length);
  larger.set(array);
  return larger;
};

export function createWordTable(): WordTable {
  let slots = new Int32Array(1 << 12).fill(-1);
  let bytes = new Uint8Array(1 << 15);
  let starts = new Uint32Array(1 << 11);
  let counts = new Float64Array(1 << 11);
  let size = 0;

  const isAt = (word: number, other: Uint8Array, from: number, to: number): boolean => {
    const start = starts[word]!;
    if (starts[word + 1]! - start !== to - from) return false;
    for (let at = from, own = start; at < to; at++, own++) if (bytes[own] !== other[at]) return false;
    return true;
  };
  const slotOf = (other: Uint8Array, from: number, to: number): number => {
    let hash = 0x811c9dc5;
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ other[at]!, 0x01000193);
    hash ^= hash >>> 15;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const word = slots[slot]!;
      if (word < 0 || isAt(word, other, from, to)) return slot;
    }
  };
  const rehash = (length: number): void => {
    slots = new Int32Array(length).fill(-1);
    for (let word = 0; word < size; word++) slots[slotOf(bytes, starts[word]!, starts[word + 1]!)] = word;
  };

  return {
    get size() {
      return size;
    },
    get length() {
      return starts[size]!;
    },
    add(other, from, to, count) {
      const slot = slotOf(other, from, to);
      const found = slots[slot]!;
      if (found >= 0) {
        counts[found]! += count;
        return;
      }
      const end = starts[size]! + to - from;
      if (end > bytes.length) bytes = grow(bytes, end);
      bytes.set(other.subarray(from, to), starts[size]!);
      slots[slot] = size;
      counts[size++] = count;
      if (size + 1 >= starts.length) {
        starts = grow(starts, size + 2);
        counts = grow(counts, starts.length);
      }
      starts[size] = end;
      if (2 * size > slots.length) rehash(2 * slots.length);
    },
    drop(count) {
      let dropped = 0;
      let kept = 0;
      for (let word = 0; word < size; word++) {
        if (counts[word]! <= count) {
          dropped += counts[word]!;
          continue;
        }
        const [from, to, at] = [starts[word]!, starts[word + 1]!, starts[kept]!];
        bytes.copyWithin(at, from, to);
        counts[kept++] = counts[word]!;
        starts[kept] = at + to - from;
      }
      size = kept;
      rehash(slots.length);
      return dropped;
    },
    words: () => ({
      size,
      bytes: bytes.subarray(0, starts[size]),
      starts: starts.subarray(0, size + 1),
      counts: counts.subarray(0, size),
    }),
  };
}

/** Texts with their counts as a table; a text that comes twice is counted together. */
export function wordCountsOf(words: Iterable<readonly [text: string, count: number]>): WordCounts {
  const table = createWordTable();
  for (const [text, count] of words) {
    const bytes = Buffer.from(text, "utf8");
    table.add(bytes, 0, bytes.length, count);
  }
  return table.words();
}

/** The words as texts, with their counts. */
export function* wordsWithCounts({
  size,
  bytes,
  starts,
  counts,
}: WordCounts): Generator<[text: string, count: number]> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let word = 0; word < size; word++) {
    yield [buffer.toString("utf8", starts[word], starts[word + 1]), counts[word]!];
  }
}
