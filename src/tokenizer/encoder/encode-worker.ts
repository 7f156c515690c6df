/** A thread that encodes chunks of jobs; the tables come in shared memory. */
import { parentPort, workerData } from "node:worker_threads";
import { type EncodedChunk, type EncodeJob, encodeNextChunk } from "./encode-chunks.js";
import type { EncoderTables } from "./encoder-tables.js";
import { createUnitEncoder } from "./unit-encoder.js";

const encode = createUnitEncoder(workerData as EncoderTables);

parentPort?.on("message", (job: EncodeJob) => {
  const done: EncodedChunk[] = [];
  for (let chunk = encodeNextChunk(job, encode); chunk !== undefined; chunk = encodeNextChunk(job, encode))
    done.push(chunk);
  parentPort?.postMessage(
    done,
    done.flatMap(({ ids, counts }) => [ids.buffer as ArrayBuffer, counts.buffer as ArrayBuffer]),
  );
});
