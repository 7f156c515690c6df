/**
 * Training beside PyTorch, and what else the engine promises: see entries.ts. The sides of a comparison take turns, each run in a
 * process of its own, and medians over the runs are compared.
 *
 * Options: `--runs N` (of each side, default 5), `--steps N` (timed in a run after one to warm up, default 4), `--threads N`
 * (default 2), `--only TEXT` (entries whose names contain it; may come several times). Models of gigabytes are written to
 * `LEP_BENCH_DIR` and stay there; without it they go with the temporary folder. `LEP_NOVELS` names a folder of novels,
 * `PYTHON` the Python that has PyTorch.
 */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { type BenchmarkEntry, entry, printEntries } from "../report-entry.js";
import { groups } from "./entries.js";
import { setUp, type Workplace } from "./workplace.js";

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    steps: { type: "string", default: "4" },
    threads: { type: "string", default: "2" },
    only: { type: "string", multiple: true, default: [] },
  },
});
const [runs, steps, threads] = [options.runs, options.steps, options.threads].map((text) => {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new RangeError(`${text} is not a whole number above 0`);
}) as [number, number, number];

const folder = mkdtempSync(path.join(os.tmpdir(), "lep-bench-training-"));
try {
  const large = path.resolve(process.env.LEP_BENCH_DIR ?? path.join(folder, "models"));
  printEntries(await measure(setUp(folder, large, { runs, steps, threads })));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(work: Workplace): Promise<BenchmarkEntry[]> {
  const entries: BenchmarkEntry[] = [];
  for (const [name, make] of Object.entries(groups)) {
    if (!isWanted(name)) continue;
    process.stderr.write(`${name}\n`);
    const start = performance.now();
    try {
      entries.push(...(await make(work)));
    } catch (cause) {
      // One that cannot be had is no reason to lose the others.
      const { message } = cause as Error;
      process.stderr.write(`${name}: ${message}\n`);
      entries.push(entry({ name, note: message }));
    }
    process.stderr.write(`${name}: ${Math.round((performance.now() - start) / 1000)} s in all\n`);
  }
  return entries;
}

/** The names of a group's entries begin with the group's. */
function isWanted(group: string): boolean {
  return options.only.length === 0 || options.only.some((text) => group.includes(text) || text.startsWith(group));
}
