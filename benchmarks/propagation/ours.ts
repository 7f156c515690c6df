/**
 * Our side of a least squares in a process of its own. Argument: JSON of a `SystemKind`, with `threads`, and `files` where X and Y lie
 * as float32 (drawn on the way where it is left out), and `map` for the file that W is written to. Prints a `SolveRun`.
 */
import { openSync, readFileSync, writeSync } from "node:fs";
import { peakMemory } from "../../src/engine/peak-memory.js";
import { createMatrixPool } from "../../src/matrix/matrix-pool.js";
import { findSystemBlas } from "../../src/matrix/system-blas.js";
import { solveLeastSquares } from "../../src/propagation/least-squares.js";
import { createSystem, type SystemKind } from "./system.js";

export interface SolveJob extends SystemKind {
  threads: number;
  files?: { x: string; y: string };
  map?: string;
}

export interface SolveRun {
  seconds: number;
  peak_mb: number;
  rank: number;
  condition?: number;
  solver?: string;
  blas?: string | null;
  /** ‖X (W - W of the other side)‖ / ‖X W‖, where there was another one. */
  difference?: number;
}

const job = JSON.parse(process.argv[2]!) as SolveJob;
const { rows, width } = job;
const read = (file: string): Float32Array => {
  const bytes = readFileSync(file);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
};
const given = job.files && { x: read(job.files.x), y: read(job.files.y) };
const draw = createSystem(job);
const pool = createMatrixPool(job.threads);
const from = performance.now();
const { transposedMap, rank, condition, solver } = await solveLeastSquares(
  {
    inputs: width,
    outputs: width,
    rows,
    fill(first, count, x, y) {
      if (given === undefined) draw(first, count, x, y);
      else {
        x.set(given.x.subarray(first * width, (first + count) * width));
        y.set(given.y.subarray(first * width, (first + count) * width));
      }
    },
  },
  pool,
);
const seconds = (performance.now() - from) / 1000;
await pool.close();
if (job.map !== undefined) {
  const handle = openSync(job.map, "w");
  const bytes = Buffer.from(transposedMap.buffer);
  for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
}
const blas = findSystemBlas()?.file ?? null;
const run: SolveRun = { seconds, peak_mb: peakMemory(), rank, condition, solver, blas };
process.stdout.write(`${JSON.stringify(run)}\n`);
