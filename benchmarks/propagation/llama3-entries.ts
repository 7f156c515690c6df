import { readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { type BenchmarkEntry, entry } from "../report-entry.js";
import { runNode } from "../run-process.js";
import { writeLlama3Model } from "./llama3-models.js";
import type { PropagateRun } from "./propagate-timed.js";
import type { Workplace } from "./workplace.js";

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** A whole `lep propagate` on LLaMa-3-8B's shapes, once. */
export async function wholeLlama3({ folder, threads, layers }: Workplace): Promise<BenchmarkEntry[]> {
  const at = (name: string): string => path.join(folder, name);
  for (const role of ["base", "instruct", "adapted"] as const) {
    process.stderr.write(`writing the ${role} model\n`);
    writeLlama3Model(at(role), role, layers);
  }
  const entries: BenchmarkEntry[] = [];
  for (const method of ["overlap", "conversion"]) {
    const out = at("out");
    const folders = { base: at("base"), instruct: at("instruct"), adapted: at("adapted") };
    const run = await runNode<PropagateRun>(
      new URL("./propagate-timed.js", import.meta.url),
      { ...folders, method, out, threads },
      threads,
    );
    const sizes = Object.entries({ ...folders, out }).map(([name, place]) => `${name} ${gigabytes(sizeOf(place))}`);
    const moved = run.read === null ? "" : `; read ${gigabytes(run.read)}, written ${gigabytes(run.written!)}`;
    entries.push(
      entry({
        name: `propagate, LLaMa-3-8B's shapes, ${layers} layers, ${method}`,
        ...{ ours_s: run.seconds, ours_peak_mb: run.peak_mb, runs: 1 },
        note: `to reach: 6,000 MB; ${sizes.join(", ")}${moved}`,
      }),
    );
    rmSync(out, { recursive: true, force: true });
  }
  return entries;
}

const sizeOf = (folder: string): number =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
