/**
 * The pieces that a Unigram vocabulary starts from: substrings of the counted words that can be followed by more than one
 * thing (Kudo, arXiv 1804.10959, section 3.2; SentencePiece finds them as the internal nodes of a suffix tree). All
 * suffixes are sorted by their first characters only, radix sort from the left, where every group is a node of that tree;
 * groups that are too rare are not sorted further.
 */
import type { UnigramCorpus } from "./unigram-corpus.js";

export interface SeedPieces {
  /** Positions in `symbols`, sorted by what stands there as far as it matters. */
  order: Uint32Array;
  /** Piece i is at the positions order[lows[i] … highs[i] - 1]. A piece comes before those that begin with it. */
  lows: Uint32Array;
  highs: Uint32Array;
  /** In characters; 2 or more. */
  lengths: Uint8Array;
  /** How often each piece occurs in the text. */
  frequencies: Float64Array;
}

export interface SeedOptions {
  /** In characters. */
  maxLength: number;
  /** Rarer substrings are no pieces. */
  minFrequency: number;
  /** At most so many, by frequency times length. */
  seedSize: number;
}

export function findSeedPieces(corpus: UnigramCorpus, options: SeedOptions): SeedPieces {
  const { symbols, starts, counts, alphabet } = corpus;
  const { maxLength, minFrequency, seedSize } = options;
  const words = counts.length;
  const total = symbols.length - words;
  let order = new Uint32Array(total);
  let moved = new Uint32Array(total);
  const countAt = new Float64Array(symbols.length);
  for (let word = 0, at = 0; word < words; word++) {
    const end = starts[word + 1]! - 1;
    for (let position = starts[word]!; position < end; position++) {
      order[at++] = position;
      countAt[position] = counts[word]!;
    }
  }
  const nodes = createNodes();

  const kinds = alphabet.length + 1;
  const sizes = new Uint32Array(kinds);
  const frequencies = new Float64Array(kinds);
  const seen = new Uint32Array(kinds);
  // Bounds and frequencies of the groups that are still to be visited, for each depth.
  const ends: Uint32Array[] = [];
  const weights: Float64Array[] = [];

  const visit = (low: number, high: number, from: number, frequency: number): void => {
    let depth = from;
    let different = 0;
    for (; ; depth++) {
      // Nothing branches any more: what follows up to the end of the word belongs to it.
      if (high - low === 1) {
        const start = order[low]!;
        let end = start + depth;
        while (symbols[end] !== 0) end++;
        if (end - start >= 2 && end - start <= maxLength) nodes.add(low, high, end - start, frequency);
        return;
      }
      different = 0;
      for (let at = low; at < high; at++) {
        const position = order[at]!;
        const symbol = symbols[position + depth]!;
        if (sizes[symbol] === 0) seen[different++] = symbol;
        sizes[symbol]!++;
        frequencies[symbol]! += countAt[position]!;
      }
      if (different > 1) break;
      const [only] = seen;
      sizes[only!] = 0;
      frequencies[only!] = 0;
      if (only === 0) break;
      if (depth === maxLength) return;
    }
    if (depth >= 2) nodes.add(low, high, depth, frequency);
    if (different === 1) return;
    if (depth === maxLength) {
      for (let i = 0; i < different; i++) {
        sizes[seen[i]!] = 0;
        frequencies[seen[i]!] = 0;
      }
      return;
    }

    sortFirst(seen, different);
    const bounds = roomFor(ends, depth, different, Uint32Array);
    const sums = roomFor(weights, depth, different, Float64Array);
    let groups = 0;
    let to = low;
    for (let i = 0; i < different; i++) {
      const symbol = seen[i]!;
      const size = sizes[symbol]!;
      const sum = frequencies[symbol]!;
      frequencies[symbol] = 0;
      sizes[symbol] = to;
      to += size;
      bounds[groups] = to;
      // Nothing can follow the end of a word.
      sums[groups++] = symbol === 0 ? 0 : sum;
    }
    for (let at = low; at < high; at++) {
      const position = order[at]!;
      moved[sizes[symbols[position + depth]!]!++] = position;
    }
    for (let at = low; at < high; at++) order[at] = moved[at]!;
    for (let i = 0; i < different; i++) sizes[seen[i]!] = 0;
    for (let group = 0, start = low; group < groups; group++) {
      const end = bounds[group]!;
      if (sums[group]! >= minFrequency) visit(start, end, depth + 1, sums[group]!);
      start = end;
    }
  };
  if (total > 0) visit(0, total, 0, Number.POSITIVE_INFINITY);
  moved = new Uint32Array(0);
  const found = { order, ...nodes.take() };
  order = moved;
  return best(found, seedSize);
}

/** Ascending; few values as a rule. */
function sortFirst(values: Uint32Array, length: number): void {
  if (length > 24) {
    values.subarray(0, length).sort();
    return;
  }
  for (let i = 1; i < length; i++) {
    const value = values[i]!;
    let at = i;
    for (; at > 0 && values[at - 1]! > value; at--) values[at] = values[at - 1]!;
    values[at] = value;
  }
}

function roomFor<A extends Uint32Array | Float64Array>(
  arrays: A[],
  depth: number,
  length: number,
  type: new (length: number) => A,
): A {
  const array = arrays[depth];
  if (array !== undefined && array.length >= length) return array;
  const larger = new type(2 * length);
  arrays[depth] = larger;
  return larger;
}

type Nodes = Omit<SeedPieces, "order">;

function createNodes(): { add(low: number, high: number, length: number, frequency: number): void; take(): Nodes } {
  let room = 1 << 12;
  let lows = new Uint32Array(room);
  let highs = new Uint32Array(room);
  let lengths = new Uint8Array(room);
  let frequencies = new Float64Array(room);
  let size = 0;
  const resize = (length: number): void => {
    const fit = <A extends Uint32Array | Uint8Array | Float64Array>(from: A, to: A): A => {
      to.set(from.length > length ? from.subarray(0, length) : from);
      return to;
    };
    lows = fit(lows, new Uint32Array(length));
    highs = fit(highs, new Uint32Array(length));
    lengths = fit(lengths, new Uint8Array(length));
    frequencies = fit(frequencies, new Float64Array(length));
    room = length;
  };
  return {
    add(low, high, length, frequency) {
      if (size === room) resize(room + (room >> 1));
      lows[size] = low;
      highs[size] = high;
      lengths[size] = length;
      frequencies[size++] = frequency;
    },
    take() {
      resize(size);
      return { lows, highs, lengths, frequencies };
    },
  };
}

/** The `most` of highest frequency times length, in the same order; of equal ones the earlier. */
function best(pieces: SeedPieces, most: number): SeedPieces {
  const { order, lows, highs, lengths, frequencies } = pieces;
  if (lengths.length <= most) return pieces;
  const scores = frequencies.map((frequency, i) => frequency * lengths[i]!);
  const sorted = scores.slice().sort();
  const least = sorted[sorted.length - most]!;
  let equal = most;
  for (const score of scores) if (score > least) equal--;
  const chosen = Uint32Array.from(scores.keys()).filter(
    (i) => scores[i]! > least || (scores[i] === least && equal-- > 0),
  );
  return {
    order,
    lows: Uint32Array.from(chosen, (i) => lows[i]!),
    highs: Uint32Array.from(chosen, (i) => highs[i]!),
    lengths: Uint8Array.from(chosen, (i) => lengths[i]!),
    frequencies: Float64Array.from(chosen, (i) => frequencies[i]!),
  };
}
