/** One layer of LLaMa-3-8B with its embedding and head: whether training them fits into the memory that it may take. */
import { statfsSync } from "node:fs";
import os from "node:os";
import { type BenchmarkEntry, entry } from "../report-entry.js";
import { alternate, compare, type Side } from "./alternate.js";
import { trainOurs } from "./ours.js";
import { missingPeer } from "./peer.js";
import { describeShape, llama3Layer, llama3LayerNewRows, type TrainingShape } from "./shapes.js";
import type { Workplace } from "./workplace.js";

/** Steps take so long that few of them tell as much. */
const most = { runs: 2, steps: 1 };
const gigabyte = 1e9;
/** The file of the start, that of the result, and room. */
const diskBytes = 10 * gigabyte;

export const wholeTablesName = "LLaMa-3-8B block and head, input embedding and head";
export const newRowsName = "LLaMa-3-8B block and head, 8,000 new rows of each";

interface Part {
  name: string;
  shape: TrainingShape;
  /** Peak memory that is allowed, GB. */
  limit: number;
  /** What must be free for a side to be run at all, GB. */
  needs: { ours: number; peer: number };
}

export const wholeTables = (work: Workplace): Promise<BenchmarkEntry[]> =>
  measure(work, { name: wholeTablesName, shape: llama3Layer, limit: 20, needs: { ours: 20.5, peer: 22.5 } });

export const newRows = (work: Workplace): Promise<BenchmarkEntry[]> =>
  measure(work, { name: newRowsName, shape: llama3LayerNewRows, limit: 8, needs: { ours: 8.5, peer: 9 } });

async function measure(work: Workplace, { name, shape, limit, needs }: Part): Promise<BenchmarkEntry[]> {
  const fault = missing(work, needs.ours);
  if (fault !== null) return [entry({ name, limit, unit: "GB", note: fault })];
  const peer = await work.peer();
  const runs = Math.min(work.runs, most.runs);
  const steps = Math.min(work.steps, most.steps);
  const notes = [describeShape(shape), `bf16, ${work.threads} threads, ${steps} timed steps a run, ${runs} runs`];
  const sides: Record<string, Side> = {
    ours: { name: "lep bf16", run: () => trainOurs(work, { shape, steps }) },
  };
  const tooMuch = peer === null ? missingPeer : missing(work, needs.peer);
  if (peer === null || tooMuch !== null) notes.push(peer === null ? missingPeer : `the peer was not run: ${tooMuch}`);
  else {
    notes.push("PyTorch computes in f32");
    sides.peer = { name: peer.name, run: () => peer.run(shape, steps, { threads: work.threads }) };
  }
  const { ours, peer: theirs } = await alternate(sides, runs);
  const note = notes.join("; ");
  const step = compare(ours!, theirs ?? null, { name: `${name}, step`, peer: peer?.name ?? null, note });
  const { ours_peak_mb, peer_peak_mb } = step;
  return [
    entry({
      ...{ name: `${name}, peak memory`, ours_peak_mb, peer: step.peer, peer_peak_mb, limit, note, runs },
      ...{ value: ours_peak_mb === null ? null : (ours_peak_mb * 2 ** 20) / gigabyte, unit: "GB" },
    }),
    step,
  ];
}

/** Why a side that needs so many GB of memory cannot be run here, or null. */
function missing(work: Workplace, gigabytes: number): string | null {
  const memory = process.availableMemory?.() ?? os.freemem();
  if (memory < gigabytes * gigabyte) {
    return `${gigabytes} GB of memory are needed, ${(memory / gigabyte).toFixed(1)} are free`;
  }
  const { bavail, bsize } = statfsSync(work.place("."));
  return bavail * bsize >= diskBytes ? null : `${diskBytes / gigabyte} GB of disk are needed`;
}
