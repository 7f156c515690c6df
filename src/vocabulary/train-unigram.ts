/**
 * Unigram language model over pieces (Kudo, "Subword Regularization", arXiv 1804.10959, section 3.2), with the settings of
 * SentencePiece: from a large seed vocabulary, expectation maximisation and pruning in turn. The E step counts each piece
 * by forward-backward over all segmentations of each word; the M step is the variational one (digamma of the counts), which
 * drops what is expected less than half a time. Pruning drops the pieces whose loss costs the best segmentations least.
 * All of it works on different words with their counts, and gives the same bits whatever the number of threads.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { TokenizerError } from "../errors.js";
import type { Progress } from "../progress.js";
import { digamma } from "./digamma.js";
import { keepBest } from "./keep-best.js";
import { findSeedPieces } from "./seed-pieces.js";
import type { UnigramCorpus } from "./unigram-corpus.js";
import {
  bestWithout,
  charge,
  countBest,
  createLattice,
  dropEdges,
  expectCounts,
  type UnigramLattice,
} from "./unigram-lattice.js";
import { createUnigramThreads, type UnigramThreads } from "./unigram-threads.js";

export interface TrainUnigramOptions {
  /** Pieces at most; the alphabet always belongs to them. */
  size: number;
  /**
   * Pieces to begin with, at most. Default 6 · `size`, or as many as it takes: with SentencePiece's 1,000,000 the pruning
   * keeps long pieces that are rare, and new text needs up to 3 % more tokens (docs/experiments.md).
   */
  seed_size?: number;
  /** What a round of pruning leaves. Default 0.75. */
  shrinking_factor?: number;
  /** Rounds of expectation maximisation before each pruning. Default 2. */
  sub_iterations?: number;
  /** In characters, at most 63. Default 16. */
  max_token_length?: number;
  /** Substrings that occur less often are no pieces. Default 2. */
  min_frequency?: number;
  /** Texts that are no pieces, whatever the corpus holds. */
  reserved?: ReadonlySet<string>;
  /** Threads that work, the calling one included; the result does not depend on it. Default 1. */
  threads?: number;
  progress?: Progress | undefined;
}

export interface UnigramVocabulary {
  /** The most probable first; no two the same. */
  pieces: string[];
  /** Natural logarithms of their probabilities, in the same order. */
  scores: number[];
}

/** SentencePiece stops pruning so much above the wanted size, and leaves the rest to the scores. */
const surplus = 1.1;

/** Expected counts below this are none (SentencePiece). */
const leastExpected = 0.5;

/** How much worse than the worst piece a character is that the corpus hardly holds (SentencePiece). */
const unknownPenalty = 10;

/** Between characters that have no score of their own, so that all scores differ (SentencePiece). */
const scoreStep = 1e-4;

const seedsPerPiece = 6;

/** Starting a thread takes as long as some passes over so many characters. */
const worthThreads = 1 << 18;

/**
 * Gives fewer pieces than `size` where the words have no more. Throws `TokenizerError` where the alphabet alone is larger
 * than `size`.
 */
export async function trainUnigram(corpus: UnigramCorpus, options: TrainUnigramOptions): Promise<UnigramVocabulary> {
  const { size } = options;
  const letters = corpus.alphabet.length;
  if (letters > size) {
    throw new TokenizerError(
      "vocabulary.size_too_small",
      `a Unigram vocabulary of ${size} pieces is too small: its characters alone are ${letters}`,
    );
  }
  if (options.seed_size !== undefined) return trainFrom(startPieces(corpus, options, options.seed_size), options);
  for (let seeds = seedsPerPiece * size; ; seeds *= seedsPerPiece) {
    const start = startPieces(corpus, options, seeds);
    const all = start.ids < seeds;
    const trained = await trainFrom(start, options);
    if (trained.pieces.length === size || all) return trained;
  }
}

async function trainFrom(pieces: Pieces, options: TrainUnigramOptions): Promise<UnigramVocabulary> {
  const { size, sub_iterations = 2, shrinking_factor = 0.75, threads = 1, progress } = options;
  const { lattice } = pieces;
  const pool = createUnigramThreads(lattice, lattice.symbols.length < worthThreads ? 1 : threads);
  try {
    const wanted = Math.floor(size * surplus);
    let done = 0;
    for (;;) {
      for (let iteration = 0; iteration < sub_iterations; iteration++) {
        maximise(pieces, expect(pieces, pool), pool);
        done++;
        const prunings = Math.max(0, Math.ceil(Math.log(wanted / pieces.live) / Math.log(shrinking_factor)));
        const total = done + sub_iterations - 1 - iteration + sub_iterations * prunings;
        progress?.({ task: "training pieces", done, total, unit: "rounds", note: `${pieces.live} pieces` });
        await nextTurn();
      }
      if (pieces.live <= wanted) break;
      prune(pieces, Math.max(wanted, Math.floor(shrinking_factor * pieces.live)), pool);
      await nextTurn();
    }
  } finally {
    await pool.close();
  }
  return choosePieces(pieces, size);
}

/** The alphabet, then pieces of two characters and more, by id. Characters stay in the lattice even when they are dropped. */
interface Pieces {
  corpus: UnigramCorpus;
  lattice: UnigramLattice;
  letters: number;
  /** Ids in use. */
  ids: number;
  /** Pieces that have a probability, characters among them. */
  live: number;
  /** Natural logarithms; those of dropped characters stand for an unknown character. */
  logs: Float64Array;
  /** A place of each piece in the lattice's symbols, and its characters; none for the alphabet. */
  places: Uint32Array;
  lengths: Uint8Array;
  /** Of the alphabet: 1 where the character has a probability. */
  alive: Uint8Array;
}

function startPieces(corpus: UnigramCorpus, options: TrainUnigramOptions, seedSize: number): Pieces {
  const { max_token_length = 16, min_frequency = 2, reserved = new Set<string>() } = options;
  const letters = corpus.alphabet.length;
  const seeds = findSeedPieces(corpus, {
    maxLength: max_token_length,
    minFrequency: min_frequency,
    seedSize: Math.max(0, seedSize - letters),
  });
  const ids = letters + seeds.lengths.length;
  const places = new Uint32Array(ids);
  const lengths = new Uint8Array(ids).fill(1, 0, letters);
  const logs = new Float64Array(ids);
  logs.set(corpus.alphabetCounts);
  for (let piece = 0; piece < seeds.lengths.length; piece++) {
    const id = letters + piece;
    places[id] = seeds.order[seeds.lows[piece]!]!;
    lengths[id] = seeds.lengths[piece]!;
    const taken = reserved.has(textAt(corpus, places[id]!, lengths[id]!));
    logs[id] = taken ? 0 : seeds.frequencies[piece]! * lengths[id]!;
  }
  let sum = 0;
  for (const score of logs) sum += score;
  for (let id = 0; id < ids; id++) logs[id] = Math.log(logs[id]! / sum);
  const pieces: Pieces = {
    corpus,
    lattice: createLattice(corpus, seeds),
    letters,
    ids,
    live: ids,
    logs,
    places,
    lengths,
    alive: new Uint8Array(letters),
  };
  for (let id = 0; id < letters; id++) pieces.alive[id] = logs[id]! > Number.NEGATIVE_INFINITY ? 1 : 0;
  markUnknown(pieces);
  return pieces;
}

const textAt = ({ alphabet, symbols }: UnigramCorpus, place: number, length: number): string => {
  let text = "";
  for (let i = 0; i < length; i++) text += alphabet[symbols[place + i]! - 1]!;
  return text;
};

/** Characters without a probability are possible, and worse than any piece. */
function markUnknown({ logs, letters, ids, alive }: Pieces): void {
  let worst = 0;
  for (let id = 0; id < ids; id++) {
    if ((id >= letters || alive[id] === 1) && logs[id]! > Number.NEGATIVE_INFINITY) worst = Math.min(worst, logs[id]!);
  }
  for (let id = 0; id < letters; id++) if (alive[id] === 0) logs[id] = worst - unknownPenalty;
}

/** Expected counts by id. */
function expect({ lattice, ids, logs, lengths }: Pieces, pool: UnigramThreads): Float64Array {
  const { weights } = lattice;
  for (let id = 0; id < ids; id++) weights[id] = Math.exp(logs[id]! + charge * lengths[id]!);
  pool.run(expectCounts, ids);
  return addShards(lattice, ids);
}

function addShards({ sums }: UnigramLattice, ids: number): Float64Array {
  const total = new Float64Array(ids);
  for (const shard of sums) for (let id = 0; id < ids; id++) total[id]! += shard[id]!;
  return total;
}

function maximise(pieces: Pieces, expected: Float64Array, pool: UnigramThreads): void {
  const { letters, ids, alive } = pieces;
  const keep = new Uint8Array(ids);
  let sum = 0;
  pieces.live = 0;
  for (let id = 0; id < ids; id++) {
    const lives = expected[id]! >= leastExpected;
    if (id < letters) alive[id] = lives ? 1 : 0;
    keep[id] = lives || id < letters ? 1 : 0;
    if (!lives) continue;
    pieces.live++;
    sum += expected[id]!;
  }
  const total = digamma(sum);
  for (let id = 0; id < ids; id++) pieces.logs[id] = expected[id]! > 0 ? digamma(expected[id]!) - total : 0;
  drop(pieces, keep, pool);
  markUnknown(pieces);
}

/** Leaves the pieces that are to be kept, and moves their ids together. */
function drop(pieces: Pieces, keep: Uint8Array, pool: UnigramThreads): void {
  const { lattice, ids, logs, places, lengths } = pieces;
  const { renamed } = lattice;
  let next = 0;
  for (let id = 0; id < ids; id++) {
    renamed[id] = keep[id] === 1 ? next : -1;
    if (keep[id] === 0) continue;
    logs[next] = logs[id]!;
    places[next] = places[id]!;
    lengths[next++] = lengths[id]!;
  }
  if (next === ids) return;
  pieces.ids = next;
  pool.run(dropEdges, ids);
}

/**
 * Leaves `most` pieces: those that cannot be cut otherwise, then those whose loss would cost the best segmentations most.
 * A piece that is not even the best segmentation of itself goes in any case.
 */
function prune(pieces: Pieces, most: number, pool: UnigramThreads): void {
  const { lattice, letters, ids, logs, places, lengths, alive } = pieces;
  lattice.weights.set(logs.subarray(0, ids));
  pool.run(countBest, ids);
  const counts = addShards(lattice, ids);
  let sum = 0;
  for (let id = 0; id < ids; id++) sum += counts[id]!;
  const logSum = Math.log(sum);
  const keep = new Uint8Array(ids).fill(1, 0, letters);
  const losses = new Float64Array(ids).fill(Number.NEGATIVE_INFINITY);
  let kept = 0;
  for (let id = 0; id < letters; id++) kept += alive[id]!;
  for (let id = letters; id < ids; id++) {
    const count = counts[id]!;
    if (count === 0) continue;
    const other = bestWithout(lattice, places[id]!, lengths[id]!);
    if (other.score > logs[id]!) continue;
    // What the piece gives up goes to the others, which makes the sum of all counts grow.
    const otherSum = Math.log(sum + count * (other.ids.length - 1));
    let otherLog = 0;
    for (const part of other.ids) otherLog += Math.log(counts[part]! + count) - otherSum;
    losses[id] = count * (Math.log(count) - logSum - otherLog);
  }
  keepBest(losses, most - kept, keep);
  pieces.live = kept;
  for (let id = letters; id < ids; id++) pieces.live += keep[id]!;
  drop(pieces, keep, pool);
}

function choosePieces(pieces: Pieces, size: number): UnigramVocabulary {
  const { corpus, letters, ids, logs, places, lengths, alive } = pieces;
  const { alphabet, alphabetCounts } = corpus;
  let worst = 0;
  for (let id = 0; id < ids; id++) if (id >= letters || alive[id] === 1) worst = Math.min(worst, logs[id]!);
  const chosen: [text: string, score: number][] = [];
  const byCount = [...alphabet.keys()].sort((a, b) => alphabetCounts[b]! - alphabetCounts[a]! || a - b);
  let below = 0;
  for (const id of byCount) {
    if (alive[id] === 1) chosen.push([alphabet[id]!, logs[id]!]);
    else chosen.push([alphabet[id]!, worst - scoreStep * below++]);
  }
  const keep = new Uint8Array(ids);
  const scores = logs.slice(0, ids).fill(Number.NEGATIVE_INFINITY, 0, letters);
  keepBest(scores, size - letters, keep);
  for (let id = letters; id < ids; id++) {
    if (keep[id] === 1) chosen.push([textAt(corpus, places[id]!, lengths[id]!), logs[id]!]);
  }
  chosen.sort(([a, s], [b, t]) => t - s || (a < b ? -1 : 1));
  return { pieces: chosen.map(([text]) => text), scores: chosen.map(([, score]) => score) };
}
