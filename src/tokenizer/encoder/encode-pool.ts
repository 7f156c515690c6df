/** Encodes many texts with this thread and workers beside it, which share the texts and the tables and copy neither. */
import { availableParallelism } from "node:os";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { type EncodedChunk, type EncodeJob, encodeNextChunk } from "./encode-chunks.js";
import type { EncodedBatch, Encoder } from "./encoder.js";
import type { EncoderTables } from "./encoder-tables.js";
import type { UnitEncoder } from "./unit-encoder.js";

/** UTF-16 units of a chunk. */
const chunkUnits = 1 << 16;
/** Less is not worth a message to a worker that is there. */
const chunksPerThread = 4;
/** A worker has to be started, compiles the encoder anew and knows no word yet: less, in all jobs so far, this thread does alone. */
const chunksBeforeWorkers = 80;
/** Workers end when there was nothing to do for so long. */
const idleMilliseconds = 10_000;

interface PendingJob {
  take(chunks: EncodedChunk[]): void;
  fail(error: Error): void;
}

export function createEncodePool(tables: EncoderTables, encode: UnitEncoder): Encoder["encodeBatch"] {
  let workers: Worker[] = [];
  let idle: NodeJS.Timeout | undefined;
  let jobs = 0;
  let seen = 0;
  const pending = new Map<number, PendingJob>();

  const end = (): void => {
    for (const worker of workers) void worker.terminate();
    workers = [];
  };

  const start = (): Worker => {
    // Without the options of this process: some of them (--input-type) a worker does not start with.
    const worker = new Worker(new URL("./encode-worker.js", import.meta.url), { workerData: tables, execArgv: [] });
    worker.on("message", (chunks: EncodedChunk[]) => pending.get(chunks[0]?.job ?? -1)?.take(chunks));
    worker.on("error", (error) => {
      end();
      for (const job of pending.values()) job.fail(error);
    });
    worker.unref();
    return worker;
  };

  return async (texts, threads) => {
    const job = createJob(jobs++, texts);
    const count = job.chunks.length - 1;
    seen += count;
    const most = threads ?? (seen < chunksBeforeWorkers ? 1 : availableParallelism());
    const others = Math.min(most - 1, Math.floor(count / chunksPerThread));
    clearTimeout(idle);
    while (workers.length < others) workers.push(start());
    const helpers = workers.slice(0, Math.max(0, others));
    const results = new Array<EncodedChunk>(count);
    let missing = count;
    const whole = new Promise<void>((resolve, reject) => {
      const take = (chunks: EncodedChunk[]): void => {
        for (const chunk of chunks) results[chunk.chunk] = chunk;
        missing -= chunks.length;
        if (missing === 0) resolve();
      };
      pending.set(job.id, { take, fail: reject });
    });
    // The failure of a worker is met below, when this thread has done its part.
    whole.catch(() => {});
    try {
      for (const worker of helpers) {
        // Only while there is a job, a worker keeps the process from ending.
        worker.ref();
        worker.postMessage(job);
      }
      for (let chunk = encodeNextChunk(job, encode); chunk !== undefined; chunk = encodeNextChunk(job, encode)) {
        pending.get(job.id)?.take([chunk]);
        if (helpers.length > 0) await nextTurn();
      }
      if (count > 0) await whole;
    } finally {
      pending.delete(job.id);
      if (pending.size === 0) {
        for (const worker of workers) worker.unref();
        if (workers.length > 0) idle = setTimeout(end, idleMilliseconds).unref();
      }
    }
    return joined(results, texts.length);
  };
}

function createJob(id: number, texts: readonly string[]): EncodeJob {
  const starts = new Int32Array(new SharedArrayBuffer(4 * (texts.length + 1)));
  const chunks = [0];
  let size = 0;
  for (const [i, text] of texts.entries()) {
    if (size - starts[chunks.at(-1)!]! >= chunkUnits) chunks.push(i);
    size += text.length;
    starts[i + 1] = size;
  }
  if (texts.length > 0) chunks.push(texts.length);
  const units = new Uint16Array(new SharedArrayBuffer(2 * size));
  const bytes = Buffer.from(units.buffer);
  for (const [i, text] of texts.entries()) bytes.write(text, 2 * starts[i]!, "utf16le");
  return {
    id,
    units,
    starts,
    chunks: shared(chunks),
    next: shared([0]),
  };
}

function shared(values: readonly number[]): Int32Array {
  const array = new Int32Array(new SharedArrayBuffer(4 * values.length));
  array.set(values);
  return array;
}

function joined(chunks: readonly EncodedChunk[], texts: number): EncodedBatch {
  const ids = new Int32Array(chunks.reduce((sum, chunk) => sum + chunk.ids.length, 0));
  const starts = new Int32Array(texts + 1);
  const left: number[] = [];
  let at = 0;
  let text = 0;
  for (const chunk of chunks) {
    ids.set(chunk.ids, at);
    for (const count of chunk.counts) {
      if (count < 0) left.push(text);
      else at += count;
      starts[++text] = at;
    }
  }
  return { ids, starts, left };
}
