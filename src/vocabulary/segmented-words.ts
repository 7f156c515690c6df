/** Words as sequences of token ids: word w is symbols[starts[w] … starts[w] + lengths[w]), with how often it occurs. */
export interface SegmentedWords {
  symbols: Int32Array;
  starts: Uint32Array;
  lengths: Uint32Array;
  /** Integers. */
  counts: Float64Array;
}

/** Collects words symbol by symbol. */
export interface SymbolBuffer {
  append(symbol: number): void;
  /** Ends the word; one without symbols is left out. */
  endWord(count: number): void;
  words(): SegmentedWords;
}

/** `symbols`: how many there will be at most. */
export function createSymbolBuffer(symbols: number): SymbolBuffer {
  const buffer = new Int32Array(symbols);
  const ends: number[] = [];
  const counts: number[] = [];
  let used = 0;
  return {
    append(symbol) {
      buffer[used++] = symbol;
    },
    endWord(count) {
      if (used === (ends.at(-1) ?? 0)) return;
      ends.push(used);
      counts.push(count);
    },
    words: () => ({
      symbols: buffer.subarray(0, used),
      starts: Uint32Array.from(ends, (_, word) => (word === 0 ? 0 : ends[word - 1]!)),
      lengths: Uint32Array.from(ends, (end, word) => end - (word === 0 ? 0 : ends[word - 1]!)),
      counts: Float64Array.from(counts),
    }),
  };
}
