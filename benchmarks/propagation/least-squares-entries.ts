/** Least squares beside scipy's, its accuracy, its growth with the rows, and LLaMa-3's shape. */
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { median } from "../median.js";
import { type BenchmarkEntry, entry } from "../report-entry.js";
import { runNode } from "../run-process.js";
import type { SolveJob, SolveRun } from "./ours.js";
import { createSystem, type SystemKind } from "./system.js";
import { findPeer, type Workplace } from "./workplace.js";

const width = 1024;
const rows = 32_000;
const kinds: Record<string, SystemKind> = {
  "condition 10": { rows, width, condition: 10, rank: width },
  "condition 1e4": { rows, width, condition: 1e4, rank: width },
  "rank 700 of 1,024": { rows, width, condition: 10, rank: 700 },
};

const solve = (job: SolveJob): Promise<SolveRun> => runNode(new URL("./ours.js", import.meta.url), job, job.threads);
const seconds = (runs: SolveRun[]): number | null => median(runs.map((run) => run.seconds));
const peak = (runs: SolveRun[]): number | null => median(runs.map((run) => run.peak_mb));

export async function besideScipy({ folder, runs, threads }: Workplace): Promise<BenchmarkEntry[]> {
  const entries: BenchmarkEntry[] = [];
  const peer = await findPeer();
  for (const [kind, system] of Object.entries(kinds)) {
    const files = writeSystem(folder, system);
    const map = path.join(folder, "map.f64");
    const job = { ...system, threads, files, map };
    const [ours, theirs]: [SolveRun[], SolveRun[]] = [[], []];
    for (let i = 0; i < runs; i++) {
      ours.push(await solve(job));
      if (peer !== null) theirs.push(await peer.solve(job));
      process.stderr.write(`${kind}: ${ours.at(-1)!.seconds.toFixed(2)} s, ${theirs.at(-1)?.seconds.toFixed(2)} s\n`);
    }
    const [ours_s, peer_s] = [seconds(ours), seconds(theirs)];
    const { rank, condition, solver, blas } = ours[0]!;
    const facts = `${solver}, rank ${rank}, condition ${condition?.toPrecision(3)}, products by ${blas ?? "our own kernel"}`;
    const name = `least squares, ${rows} x ${width}, ${kind}`;
    entries.push(
      entry({
        ...{ name, ours_s, peer: peer?.name ?? "scipy", peer_s, runs, limit: 0.35 },
        ratio: ours_s !== null && peer_s !== null ? ours_s / peer_s : null,
        ...{ ours_peak_mb: peak(ours), peer_peak_mb: peak(theirs) },
        note: peer === null ? `scipy is not installed; ${facts}` : facts,
      }),
      entry({
        ...{ name: `${name}, fitted values`, value: median(theirs.map((run) => run.difference!)), runs },
        ...{
          unit: "relative difference from scipy's",
          note: peer === null ? "scipy is not installed" : "to reach: 1e-5",
        },
      }),
    );
    for (const file of [files.x, files.y, map]) rmSync(file, { force: true });
  }
  return entries;
}

export async function growthWithRows({ runs, threads }: Workplace): Promise<BenchmarkEntry[]> {
  const times: number[] = [];
  const counts = [16_000, 32_000, 64_000];
  for (const count of counts) {
    const measured: SolveRun[] = [];
    for (let i = 0; i < runs; i++) {
      measured.push(await solve({ rows: count, width, condition: 100, rank: width, threads }));
    }
    times.push(seconds(measured)!);
    process.stderr.write(`${count} rows: ${times.at(-1)!.toFixed(2)} s\n`);
  }
  const value = (times[2]! - times[1]!) / (times[1]! - times[0]!);
  const note = `${counts.map((count, i) => `${count} rows ${times[i]!.toFixed(2)} s`).join(", ")}; linear growth is 2`;
  return [entry({ name: "growth with rows, of 1,024", value, unit: "second increase through the first", runs, note })];
}

/** Once: it takes minutes. */
export async function llama3Shape({ threads }: Workplace): Promise<BenchmarkEntry[]> {
  const system = { rows: 128_256, width: 4096, condition: 100, rank: 4096 };
  const run = await solve({ ...system, threads });
  const note = `to reach: 480 s, 6,000 MB; ${run.solver}, rank ${run.rank}, products by ${run.blas ?? "our own kernel"}`;
  return [
    entry({ name: "least squares, 128256 x 4096", ours_s: run.seconds, ours_peak_mb: run.peak_mb, runs: 1, note }),
  ];
}

const rowsAtOnce = 1000;

function writeSystem(folder: string, system: SystemKind) {
  const files = { x: path.join(folder, "x.f32"), y: path.join(folder, "y.f32") };
  const fill = createSystem(system);
  const [x, y] = [new Float32Array(rowsAtOnce * width), new Float32Array(rowsAtOnce * width)];
  const handles = [openSync(files.x, "w"), openSync(files.y, "w")] as const;
  for (let first = 0; first < system.rows; first += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, system.rows - first);
    fill(first, count, x, y);
    writeSync(handles[0], x, 0, 4 * count * width);
    writeSync(handles[1], y, 0, 4 * count * width);
  }
  for (const handle of handles) closeSync(handle);
  return files;
}
