/**
 * The work of one thread: whoever is free takes the next chunk of a job's texts, and keeps its ids. Chunks are the same for
 * any number of threads, and are put together in their order.
 */
import { createIdSink } from "./id-sink.js";
import type { UnitEncoder } from "./unit-encoder.js";

/** All in shared memory. */
export interface EncodeJob {
  id: number;
  /** The texts one behind the other, UTF-16. */
  units: Uint16Array;
  /** Where each text begins in `units`, and the end of the last one. */
  starts: Int32Array;
  /** The first text of each chunk, and the number of texts. */
  chunks: Int32Array;
  /** One number: the next chunk that nobody has taken. */
  next: Int32Array;
}

export interface EncodedChunk {
  job: number;
  chunk: number;
  ids: Int32Array;
  /** Ids of each text, −1 for one that is left to the binding. */
  counts: Int32Array;
}

/** Takes the next chunk and encodes it; undefined where none is left. */
export function encodeNextChunk(job: EncodeJob, encode: UnitEncoder): EncodedChunk | undefined {
  const chunk = Atomics.add(job.next, 0, 1);
  if (chunk + 1 >= job.chunks.length) return undefined;
  const first = job.chunks[chunk]!;
  const last = job.chunks[chunk + 1]!;
  const counts = new Int32Array(last - first);
  const sink = createIdSink();
  for (let text = first; text < last; text++) {
    const before = sink.length;
    const done = encode(job.units, job.starts[text]!, job.starts[text + 1]!, sink);
    counts[text - first] = done ? sink.length - before : -1;
  }
  return { job: job.id, chunk, ids: sink.ids.slice(0, sink.length), counts };
}
