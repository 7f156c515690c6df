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
import { benchmarkOptions } from "../benchmark-options.js";
import { measureGroups } from "../measure-groups.js";
import { printEntries } from "../report-entry.js";
import { groups } from "./entries.js";
import { setUp } from "./workplace.js";

const { numbers, only } = benchmarkOptions({ runs: 5, steps: 4, threads: 2 });
const folder = mkdtempSync(path.join(os.tmpdir(), "lep-bench-training-"));
try {
  const large = path.resolve(process.env.LEP_BENCH_DIR ?? path.join(folder, "models"));
  printEntries(await measureGroups(groups, setUp(folder, large, numbers), only));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
