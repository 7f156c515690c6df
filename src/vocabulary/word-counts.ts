/**
 * How often each word of a corpus occurs. The corpus is read as a stream and counted in chunks of equal size by worker
 * threads; their counts are added in the order of the chunks, so that the result does not depend on the number of
 * threads. Where the words would need more memory than allowed, the rarest go, by rising threshold (lossy counting,
 * Manku and Motwani, VLDB 2002): a word's count is at most the sum of the thresholds too low.
 */
import { availableParallelism } from "node:os";
import { textBatches } from "../corpus/text-batches.js";
import type { Progress } from "../progress.js";
import { createWorkerPool } from "../worker-pool.js";
import { countTexts } from "./count-texts.js";
import type { CountWorkerData } from "./count-worker.js";
import { type CuttingParts, createTrainingCutter } from "./training-cutter.js";
import { cappedThreads, wordMemory } from "./training-memory.js";
import { createWordTable, type WordCounts } from "./word-table.js";

export interface CountOptions {
  /** All cores where left out or 0. */
  threads?: number | undefined;
  /** Megabytes that the training may take; no limit where left out. */
  memory_mb?: number | undefined;
  /** A digit is a word of its own. */
  split_digits?: boolean | undefined;
}

export interface CountedWords extends WordCounts {
  /** How often words occurred that were left out for want of memory. */
  dropped: number;
}

/** UTF-16 units. */
const chunkUnits = 1 << 18;
/** Counted here before workers are worth their start. */
const chunksWithoutWorkers = 4;

/** `pieces`: text that may be cut anywhere between them. Throws `CorpusError` from reading, `TokenizerError` where `memory_mb` is too little for any training. */
export async function countWords(
  pieces: AsyncIterable<string>,
  parts: CuttingParts,
  { threads: wanted = 0, memory_mb, split_digits: splitDigits = false }: CountOptions = {},
  progress?: Progress,
): Promise<CountedWords> {
  const all = wanted > 0 ? wanted : availableParallelism();
  const threads = memory_mb === undefined ? all : Math.min(all, cappedThreads);
  const table = createWordTable();
  const limit = wordMemory(memory_mb);
  let dropped = 0;
  const add = ({ size, bytes, starts, counts }: WordCounts): void => {
    for (let word = 0; word < size; word++) table.add(bytes, starts[word]!, starts[word + 1]!, counts[word]!);
    for (let rarest = 1; limit(table) > 1; rarest++) dropped += table.drop(rarest);
  };
  const cut = createTrainingCutter(parts, splitDigits);
  const data: CountWorkerData = { parts, splitDigits };
  const pool = createWorkerPool<string[], WordCounts>(new URL("./count-worker.js", import.meta.url), data, threads);
  const running: Promise<WordCounts>[] = [];
  let characters = 0;
  try {
    let index = 0;
    for await (const { texts, units } of textBatches(pieces, chunkUnits)) {
      if (threads === 1 || index++ < chunksWithoutWorkers) add(countTexts(texts, cut));
      else {
        const counting = pool.run(texts);
        // Awaited below; a rejection before that must not end the process.
        counting.catch(() => {});
        running.push(counting);
        if (running.length > threads + 1) add(await running.shift()!);
      }
      characters += units;
      progress?.({ task: "counting words", done: characters, total: 0, unit: "characters" });
    }
    for (const counting of running) add(await counting);
  } finally {
    await pool.close();
  }
  return { ...table.words(), dropped };
}
