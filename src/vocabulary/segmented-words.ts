/**
 * Words as sequences of token ids in one array, each with its number and its length in front, so that whoever comes to a
 * word finds all of it in the same few lines of the processor's cache: merging visits words in no order.
 */
export interface SegmentedWords {
  /** Word w: number at starts[w] - 2, length at starts[w] - 1, ids from starts[w] on. */
  symbols: Int32Array;
  starts: Uint32Array;
  /** How often each word occurs; integers. */
  counts: Float64Array;
}

export const headerLength = 2;

/** Collects words symbol by symbol. */
export interface SymbolBuffer {
  append(symbol: number): void;
  /** Ends the word; one without symbols is left out. */
  endWord(count: number): void;
  words(): SegmentedWords;
}

/** `symbols`, `words`: about how many there will be. */
export function createSymbolBuffer(symbols: number, words: number): SymbolBuffer {
  let buffer = new Int32Array(symbols + headerLength * words + 1024);
  const starts: number[] = [];
  const counts: number[] = [];
  let start = headerLength;
  let used = start;
  return {
    append(symbol) {
      if (used === buffer.length) {
        const larger = new Int32Array(Math.ceil(1.5 * used));
        larger.set(buffer);
        buffer = larger;
      }
      buffer[used++] = symbol;
    },
    endWord(count) {
      if (used === start) return;
      buffer[start - 2] = starts.length;
      buffer[start - 1] = used - start;
      starts.push(start);
      counts.push(count);
      used += headerLength;
      start = used;
      if (used < buffer.length) return;
      const larger = new Int32Array(Math.ceil(1.5 * used));
      larger.set(buffer);
      buffer = larger;
    },
    words: () => ({
      symbols: buffer.subarray(0, used),
      starts: Uint32Array.from(starts),
      counts: Float64Array.from(counts),
    }),
  };
}
