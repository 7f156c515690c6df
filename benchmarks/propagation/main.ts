/**
 * `npm run --silent bench:propagation`: a JSON array on stdout, progress on stderr. Options: `--runs N` of each side (default 5),
 * `--threads N` (default 2), `--layers N` of the whole model (default 4: it takes 2 GB and 0.9 GB a layer), `--only TEXT`
 * (groups whose names contain it; may come several times). `LEP_BENCH_DIR` is where it writes; `PYTHON` names the Python with scipy;
 * `LEP_BLAS=off` measures our own kernel.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { type BenchmarkEntry, entry, printEntries } from "../report-entry.js";
import { besideScipy, growthWithRows, llama3Shape } from "./least-squares-entries.js";
import { wholeLlama3 } from "./llama3-entries.js";
import type { Workplace } from "./workplace.js";

const groups: Record<string, (work: Workplace) => Promise<BenchmarkEntry[]>> = {
  "least squares, 32000 x 1024": besideScipy,
  "growth with rows": growthWithRows,
  "least squares, 128256 x 4096": llama3Shape,
  "propagate, LLaMa-3-8B's shapes": wholeLlama3,
};

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    threads: { type: "string", default: "2" },
    layers: { type: "string", default: "4" },
    only: { type: "string", multiple: true, default: [] },
  },
});
const [runs, threads, layers] = [options.runs, options.threads, options.layers].map((text) => {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new RangeError(`${text} is not a whole number above 0`);
}) as [number, number, number];

const large = process.env.LEP_BENCH_DIR ?? os.tmpdir();
mkdirSync(large, { recursive: true });
const folder = mkdtempSync(path.join(large, "lep-bench-propagation-"));
const entries: BenchmarkEntry[] = [];
try {
  for (const [name, make] of Object.entries(groups)) {
    if (options.only.length > 0 && !options.only.some((text) => name.includes(text))) continue;
    process.stderr.write(`${name}\n`);
    try {
      entries.push(...(await make({ folder, runs, threads, layers })));
    } catch (cause) {
      // One that cannot be had is no reason to lose the others.
      const { message } = cause as Error;
      process.stderr.write(`${name}: ${message}\n`);
      entries.push(entry({ name, note: message }));
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
printEntries(entries);
