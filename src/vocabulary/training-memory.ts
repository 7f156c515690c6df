/** How much memory a training takes, from the words that it learns from; the figures are measured (docs/experiments.md). */
import { TokenizerError } from "../errors.js";
import type { WordTable } from "./word-table.js";

/** Bytes of the process without any words: Node with the chunks of text that are being counted, and each thread. */
const idle = 170e6;
const perThread = 25e6;
/** Bytes a word: its place in the tables of words and in the training's. */
const perWord = 40;
/** Bytes for each byte of a word: the text, its symbol, and the note that a pair stands in this word. */
const perByte = 15;

/** The share of the allowed memory that training on a table's words would take. Throws `TokenizerError` where none is left for words. */
export function wordMemory(memory_mb: number | undefined, threads: number): (table: WordTable) => number {
  if (memory_mb === undefined) return () => 0;
  const taken = idle + threads * perThread;
  const allowed = 1e6 * memory_mb - taken;
  if (allowed <= 0) {
    throw new TokenizerError(
      "vocabulary.memory",
      `memory_mb: ${memory_mb} MB are too little: the process itself takes ${taken / 1e6} MB`,
    );
  }
  return ({ size, length }) => (perWord * size + perByte * length) / allowed;
}
