/**
 * The lattices of all words: every way to cut them into pieces, as edges from character to character (Kudo,
 * arXiv 1804.10959, section 3.2). A piece never comes back once it is dropped, so the edges are found once, and every
 * pass runs through flat arrays. One part of the words (a shard) is the unit of work: its sums are its own, so that
 * adding them in order gives the same bits whoever computed them.
 *
 * Edges of the character at position p: edges[firstEdge[p] … firstEdge[p + 1] - 1], each id << lengthBits | length,
 * length 2 or more. The character itself, symbol - 1, is a piece everywhere and has no edge.
 */
import type { SeedPieces } from "./seed-pieces.js";
import { longestWord, type UnigramCorpus } from "./unigram-corpus.js";

export const lengthBits = 6;
const lengthMask = (1 << lengthBits) - 1;

export const longestPiece = lengthMask;

/** A constant: results may not depend on the number of threads. */
const shardCount = 8;

/** Everything in memory that threads share. */
export interface UnigramLattice {
  symbols: Uint32Array;
  starts: Uint32Array;
  counts: Float64Array;
  /** Words shards[s] … shards[s + 1] - 1 make up shard s. */
  shards: Uint32Array;
  firstEdge: Uint32Array;
  edges: Uint32Array;
  /** By id; what a pass reads. `expectCounts`: probability · e^(charge · length). `countBest`: log-probability. */
  weights: Float64Array;
  /** By id, one array a shard: what a pass adds up. */
  sums: Float64Array[];
  /** By shard: log-likelihood of its words. */
  likelihoods: Float64Array;
  /** By id: the id from now on, or -1 for a piece that is dropped. */
  renamed: Int32Array;
}

/**
 * Added to the log-probability of a piece for each of its characters. All segmentations of a word gain the same, and sums
 * of products stay in the range of doubles without logarithms.
 */
export const charge = 2.5;

const shared = <A>(type: { new (buffer: SharedArrayBuffer): A; BYTES_PER_ELEMENT: number }, length: number): A =>
  new type(new SharedArrayBuffer(length * type.BYTES_PER_ELEMENT));

const sharedCopy = <A extends Uint32Array | Float64Array>(
  type: { new (buffer: SharedArrayBuffer): A; BYTES_PER_ELEMENT: number },
  from: A,
): A => {
  const copy = shared(type, from.length);
  copy.set(from);
  return copy;
};

/** Ids: the alphabet in order, then the pieces in order. */
export function createLattice(corpus: UnigramCorpus, pieces: SeedPieces): UnigramLattice {
  const ids = corpus.alphabet.length + pieces.lengths.length;
  const { length } = corpus.symbols;
  const starts = sharedCopy(Uint32Array, corpus.starts);
  return {
    symbols: sharedCopy(Uint32Array, corpus.symbols),
    starts,
    counts: sharedCopy(Float64Array, corpus.counts),
    shards: cutShards(starts, length),
    ...findEdges(pieces, corpus.alphabet.length, length),
    weights: shared(Float64Array, ids),
    sums: Array.from({ length: shardCount }, () => shared(Float64Array, ids)),
    likelihoods: shared(Float64Array, shardCount),
    renamed: shared(Int32Array, ids),
  };
}

function cutShards(starts: Uint32Array, length: number): Uint32Array {
  const words = starts.length - 1;
  const shards = shared(Uint32Array, shardCount + 1);
  let word = 0;
  for (let shard = 1; shard < shardCount; shard++) {
    while (word < words && starts[word]! < (length * shard) / shardCount) word++;
    shards[shard] = word;
  }
  shards[shardCount] = words;
  return shards;
}

/** In the sorted order a piece's places are neighbours, within those of the pieces that it begins with. */
function findEdges(
  { order, lows, highs, lengths }: SeedPieces,
  firstId: number,
  length: number,
): Pick<UnigramLattice, "firstEdge" | "edges"> {
  const open = new Uint32Array(lengthMask + 1);
  const sweep = (visit: (position: number, depth: number) => void): void => {
    let depth = 0;
    let next = 0;
    for (let at = 0; at < order.length; at++) {
      while (depth > 0 && highs[open[depth - 1]!]! <= at) depth--;
      while (next < lows.length && lows[next] === at) open[depth++] = next++;
      visit(order[at]!, depth);
    }
  };
  const firstEdge = shared(Uint32Array, length + 1);
  sweep((position, depth) => {
    firstEdge[position + 1] = depth;
  });
  for (let position = 0; position < length; position++) firstEdge[position + 1]! += firstEdge[position]!;
  const edges = shared(Uint32Array, firstEdge[length]!);
  sweep((position, depth) => {
    const first = firstEdge[position]!;
    for (let i = 0; i < depth; i++) {
      const piece = open[i]!;
      edges[first + i] = ((firstId + piece) << lengthBits) | lengths[piece]!;
    }
  });
  return { firstEdge, edges };
}

/** Below this a product may have lost digits, or be none. */
const smallest = 1e-280;

const ahead = new Float64Array(longestWord + 1);
const behind = new Float64Array(longestWord + 1);

/**
 * E step: how often each of the first `ids` pieces is expected to occur in the words of a shard (forward-backward),
 * into `sums[shard]`, and the log-likelihood of the words.
 */
export function expectCounts(lattice: UnigramLattice, shard: number, ids: number): void {
  const { symbols, starts, counts, shards, firstEdge, edges, weights } = lattice;
  const sums = lattice.sums[shard]!;
  sums.fill(0, 0, ids);
  let likelihood = 0;
  for (let word = shards[shard]!; word < shards[shard + 1]!; word++) {
    const start = starts[word]!;
    const length = starts[word + 1]! - 1 - start;
    const count = counts[word]!;
    for (let at = 1; at <= length; at++) ahead[at] = 0;
    ahead[0] = 1;
    for (let at = 0; at < length; at++) {
      const here = ahead[at]!;
      const position = start + at;
      ahead[at + 1]! += here * weights[symbols[position]! - 1]!;
      const end = firstEdge[position + 1]!;
      for (let e = firstEdge[position]!; e < end; e++) {
        const edge = edges[e]!;
        ahead[at + (edge & lengthMask)]! += here * weights[edge >>> lengthBits]!;
      }
    }
    const all = ahead[length]!;
    if (!(all > smallest && all < 1 / smallest)) {
      likelihood += count * expectInLogs(lattice, sums, word);
      continue;
    }
    likelihood += count * (Math.log(all) - charge * length);
    const share = count / all;
    behind[length] = 1;
    for (let at = length - 1; at >= 0; at--) {
      const position = start + at;
      const scale = share * ahead[at]!;
      const symbol = symbols[position]! - 1;
      let sum = weights[symbol]! * behind[at + 1]!;
      sums[symbol]! += scale * sum;
      const end = firstEdge[position + 1]!;
      for (let e = firstEdge[position]!; e < end; e++) {
        const edge = edges[e]!;
        const id = edge >>> lengthBits;
        const rest = weights[id]! * behind[at + (edge & lengthMask)]!;
        sums[id]! += scale * rest;
        sum += rest;
      }
      behind[at] = sum;
    }
  }
  lattice.likelihoods[shard] = likelihood;
}

const logSum = (a: number, b: number): number => {
  const larger = Math.max(a, b);
  return larger === Number.NEGATIVE_INFINITY ? larger : larger + Math.log1p(Math.exp(Math.min(a, b) - larger));
};

/** The same for a word whose products are out of range; gives its log-likelihood. */
function expectInLogs(lattice: UnigramLattice, sums: Float64Array, word: number): number {
  const { symbols, starts, counts, weights } = lattice;
  const start = starts[word]!;
  const length = starts[word + 1]! - 1 - start;
  ahead.fill(Number.NEGATIVE_INFINITY, 0, length + 1);
  behind.fill(Number.NEGATIVE_INFINITY, 0, length + 1);
  ahead[0] = 0;
  behind[length] = 0;
  const edgesFrom = (at: number, visit: (id: number, to: number) => void): void => {
    visit(symbols[start + at]! - 1, at + 1);
    for (let e = lattice.firstEdge[start + at]!; e < lattice.firstEdge[start + at + 1]!; e++) {
      const edge = lattice.edges[e]!;
      visit(edge >>> lengthBits, at + (edge & lengthMask));
    }
  };
  for (let at = 0; at < length; at++) {
    edgesFrom(at, (id, to) => {
      ahead[to] = logSum(ahead[to]!, ahead[at]! + Math.log(weights[id]!));
    });
  }
  const all = ahead[length]!;
  for (let at = length - 1; at >= 0; at--) {
    edgesFrom(at, (id, to) => {
      const rest = Math.log(weights[id]!) + behind[to]!;
      behind[at] = logSum(behind[at]!, rest);
      sums[id]! += counts[word]! * Math.exp(ahead[at]! + rest - all);
    });
  }
  return all - charge * length;
}

const scores = new Float64Array(longestWord + 1);
const lastIds = new Uint32Array(longestWord + 1);
const lastStarts = new Uint32Array(longestWord + 1);

/** How often each of the first `ids` pieces occurs in the best segmentations of a shard's words, into `sums[shard]`. */
export function countBest(lattice: UnigramLattice, shard: number, ids: number): void {
  const { symbols, starts, counts, shards, firstEdge, edges, weights } = lattice;
  const sums = lattice.sums[shard]!;
  sums.fill(0, 0, ids);
  for (let word = shards[shard]!; word < shards[shard + 1]!; word++) {
    const start = starts[word]!;
    const length = starts[word + 1]! - 1 - start;
    for (let at = 1; at <= length; at++) scores[at] = Number.NEGATIVE_INFINITY;
    scores[0] = 0;
    for (let at = 0; at < length; at++) {
      const here = scores[at]!;
      const position = start + at;
      const symbol = symbols[position]! - 1;
      if (here + weights[symbol]! > scores[at + 1]!) {
        scores[at + 1] = here + weights[symbol]!;
        lastIds[at + 1] = symbol;
        lastStarts[at + 1] = at;
      }
      const end = firstEdge[position + 1]!;
      for (let e = firstEdge[position]!; e < end; e++) {
        const edge = edges[e]!;
        const id = edge >>> lengthBits;
        const to = at + (edge & lengthMask);
        const score = here + weights[id]!;
        if (score > scores[to]!) {
          scores[to] = score;
          lastIds[to] = id;
          lastStarts[to] = at;
        }
      }
    }
    const count = counts[word]!;
    for (let at = length; at > 0; at = lastStarts[at]!) sums[lastIds[at]!]! += count;
  }
}

/** Takes the dropped pieces out of a shard's edges and gives the others their new ids. */
export function dropEdges(lattice: UnigramLattice, shard: number): void {
  const { starts, shards, firstEdge, edges, renamed } = lattice;
  const from = starts[shards[shard]!]!;
  const to = starts[shards[shard + 1]!]!;
  if (from === to) return;
  let kept = firstEdge[from]!;
  // The end of a word has no edges, so nobody reads behind the end of the last one.
  for (let position = from, first = kept; position < to - 1; position++) {
    const end = firstEdge[position + 1]!;
    for (let e = first; e < end; e++) {
      const edge = edges[e]!;
      const id = renamed[edge >>> lengthBits]!;
      if (id >= 0) edges[kept++] = (id << lengthBits) | (edge & lengthMask);
    }
    first = end;
    firstEdge[position + 1] = kept;
  }
}

/** The ids of the best way to cut the piece at `start` without the piece itself; weights are log-probabilities. */
export function bestWithout(lattice: UnigramLattice, start: number, length: number): { ids: number[]; score: number } {
  const { symbols, firstEdge, edges, weights } = lattice;
  for (let at = 1; at <= length; at++) scores[at] = Number.NEGATIVE_INFINITY;
  scores[0] = 0;
  const offer = (from: number, to: number, id: number): void => {
    const score = scores[from]! + weights[id]!;
    if (score <= scores[to]!) return;
    scores[to] = score;
    lastIds[to] = id;
    lastStarts[to] = from;
  };
  for (let at = 0; at < length; at++) {
    offer(at, at + 1, symbols[start + at]! - 1);
    for (let e = firstEdge[start + at]!; e < firstEdge[start + at + 1]!; e++) {
      const edge = edges[e]!;
      const to = at + (edge & lengthMask);
      if (to <= length && to - at < length) offer(at, to, edge >>> lengthBits);
    }
  }
  const ids: number[] = [];
  for (let at = length; at > 0; at = lastStarts[at]!) ids.push(lastIds[at]!);
  return { ids, score: scores[length]! };
}
