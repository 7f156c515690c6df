/**
 * `npm run --silent bench:propagation`: a JSON array on stdout, progress on stderr. Options: `--runs N` of each side (default 5),
 * `--threads N` (default 2), `--layers N` of the whole model (default 4: it takes 2 GB and 0.9 GB a layer), `--only TEXT`
 * (groups whose names contain it; may come several times). `LEP_BENCH_DIR` is where it writes; `PYTHON` names the Python with scipy;
 * `LEP_BLAS=off` measures our own kernel.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { benchmarkOptions } from "../benchmark-options.js";
import { type EntryGroups, measureGroups } from "../measure-groups.js";
import { printEntries } from "../report-entry.js";
import { besideScipy, growthWithRows, llama3Shape } from "./least-squares-entries.js";
import { wholeLlama3 } from "./llama3-entries.js";
import type { Workplace } from "./workplace.js";

const groups: EntryGroups<Workplace> = {
  "least squares, 32000 x 1024": besideScipy,
  "growth with rows": growthWithRows,
  "least squares, 128256 x 4096": llama3Shape,
  "propagate, LLaMa-3-8B's shapes": wholeLlama3,
};

const { numbers, only } = benchmarkOptions({ runs: 5, threads: 2, layers: 4 });
const large = process.env.LEP_BENCH_DIR ?? os.tmpdir();
mkdirSync(large, { recursive: true });
const folder = mkdtempSync(path.join(large, "lep-bench-propagation-"));
try {
  printEntries(await measureGroups(groups, { folder, ...numbers }, only));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
