/**
 * Which benchmark items stand in a training text: those that share a run of 13 words with it (words lower-cased, punctuation
 * stripped; 13 as in Brown et al. 2020, arXiv 2005.14165, appendix C). The items' n-grams are hashed, the text is read
 * once, as a stream, and its n-grams are looked up: memory grows with the items, not with the text.
 */
import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { textBatches } from "../../corpus/text-batches.js";
import { EngineError } from "../../errors.js";
import type { Progress } from "../../progress.js";
import { sha256 } from "../../sha256.js";
import { createWorkerPool } from "../../worker-pool.js";
import type { Item } from "../items.js";
import { itemNgrams } from "./item-ngrams.js";
import { createNgramTable, findNgrams, type NgramTable, slotOf } from "./ngram-table.js";

export interface TrainingOverlap {
  /** Of the text as it was read. */
  corpus_sha256: string;
  /** By task: how many items were looked for, and the ids of those that were found, in the order of the items. */
  tasks: Record<string, { items: number; overlapping: string[] }>;
}

export interface OverlapJob {
  /** The text in pieces, each beginning and ending with a whole word. */
  pieces: AsyncIterable<string>;
  /** Task → items. */
  items: Readonly<Record<string, readonly Item[]>>;
  /** 0: all cores. */
  threads: number;
}

/** UTF-16 units of a batch. */
const batchUnits = 1 << 18;
/** Looked through here before workers are worth their start. */
const batchesWithoutWorkers = 8;
/** A batch begins with so much of the one before that no n-gram is lost between them. */
const tailUnits = 1 << 12;

/** Throws what `pieces` throws, and `EngineError` `run.interrupted` on a signal. */
export async function findTrainingOverlap(
  { pieces, items, threads: wanted }: OverlapJob,
  progress?: Progress,
  signal?: AbortSignal,
): Promise<TrainingOverlap> {
  const known = Object.entries(items).map(([task, all]) => ({ task, all, ngrams: all.map(itemNgrams) }));
  const ngrams = known.flatMap((one) => one.ngrams);
  const lengths = new Set(ngrams.flatMap((one) => [...one.lengths]));
  const table = createNgramTable(
    ngrams.map(({ hashes }) => hashes),
    [...lengths].sort((a, b) => a - b),
  );
  const corpus_sha256 = await readThrough(
    table,
    pieces,
    wanted > 0 ? wanted : availableParallelism(),
    progress,
    signal,
  );
  const tasks: TrainingOverlap["tasks"] = {};
  for (const { task, all, ngrams: own } of known) {
    const overlapping = all.filter((_, i) => isFound(table, own[i]!)).map(({ id }) => id);
    tasks[task] = { items: all.length, overlapping };
  }
  return { corpus_sha256, tasks };
}

/** What a model has read that was trained on all of these, one after the other. Undefined of none. */
export function uniteOverlaps(parts: readonly TrainingOverlap[]): TrainingOverlap | undefined {
  const [first, ...others] = parts;
  if (first === undefined || others.length === 0) return first;
  const tasks: TrainingOverlap["tasks"] = {};
  for (const [task, { items, overlapping }] of Object.entries(first.tasks)) {
    const all = new Set([...overlapping, ...others.flatMap((part) => part.tasks[task]?.overlapping ?? [])]);
    tasks[task] = { items, overlapping: [...all] };
  }
  return { corpus_sha256: sha256(parts.map((part) => part.corpus_sha256).join("\n")), tasks };
}

function isFound(table: NgramTable, { hashes, every }: ReturnType<typeof itemNgrams>): boolean {
  if (hashes.length === 0) return false;
  for (let i = 0; i < hashes.length; i += 2) {
    const found = table.found[slotOf(table, hashes[i]!, hashes[i + 1]!)] === 1;
    if (found !== every) return found;
  }
  return every;
}

/** Marks what is found, and gives the hash of the text. */
async function readThrough(
  table: NgramTable,
  pieces: AsyncIterable<string>,
  threads: number,
  progress: Progress | undefined,
  signal: AbortSignal | undefined,
): Promise<string> {
  const hash = createHash("sha256");
  const pool = createWorkerPool<string[], number>(new URL("./overlap-worker.js", import.meta.url), table, threads);
  const running: Promise<number>[] = [];
  let index = 0;
  let characters = 0;
  let tail = "";
  try {
    for await (const { texts, units } of textBatches(pieces, batchUnits)) {
      if (signal?.aborted) throw new EngineError("run.interrupted", "interrupted while reading the training text");
      for (const text of texts) hash.update(text).update("\n");
      const batch = [tail, ...texts];
      tail = texts.join("\n").slice(-tailUnits);
      if (threads === 1 || index++ < batchesWithoutWorkers) findNgrams(table, batch);
      else {
        const looking = pool.run(batch);
        // Awaited below; a rejection before that must not end the process.
        looking.catch(() => {});
        running.push(looking);
        if (running.length > threads + 1) await running.shift();
      }
      characters += units;
      progress?.({ task: "overlap with the training text", done: characters, total: 0, unit: "characters" });
    }
    await Promise.all(running);
  } finally {
    await pool.close();
  }
  return hash.digest("hex");
}
