/** How much memory a training takes, from the words that it learns from; the figures are measured (docs/experiments.md). */
import { TokenizerError } from "../errors.js";
import type { WordTable } from "./word-table.js";

/**
 * Each thread takes memory of its own: no more than these work under a cap, which then leaves the same room, and the same
 * words, whatever the number of threads.
 */
export const cappedThreads = 2;
/** Bytes of the process without any words: Node with its threads and the chunks of text that are being counted. */
const idle = 220e6;
/** Bytes a word: its place in the tables of words and in the training's. */
const perWord = 40;
/** Bytes for each byte of a word: the text, its symbol, and the note that a pair stands in this word. */
const perByte = 18;

/** The share of the allowed memory that training on a table's words would take. Throws `TokenizerError` where none is left for words. */
export function wordMemory(memory_mb: number | undefined): (table: WordTable) => number {
  if (memory_mb === undefined) return () => 0;
  const allowed = 1e6 * memory_mb - idle;
  if (allowed <= 0) {
    throw new TokenizerError(
      "vocabulary.memory",
      `memory_mb: ${memory_mb} MB are too little: the process itself takes ${idle / 1e6} MB`,
    );
  }
  return ({ size, length }) => (perWord * size + perByte * length) / allowed;
}
