/**
 * `npm run --silent bench:benchmark`: a JSON array on stdout, progress on stderr. Options: `--runs N` of each side (default 5), `--threads N`
 * (default 2), `--only TEXT` (groups whose names contain it; may come several times). `LEP_BENCH_DIR` is where it writes.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { benchmarkOptions } from "../benchmark-options.js";
import { type EntryGroups, measureGroups } from "../measure-groups.js";
import { printEntries } from "../report-entry.js";
import { killEntries } from "./kill-entries.js";
import { largeDatabaseEntries } from "./large-database-entries.js";
import { metricsEntries } from "./metrics-entries.js";
import { publishedEntries } from "./published-entries.js";
import { speedEntries } from "./speed-entries.js";
import type { Work } from "./work.js";

const groups: EntryGroups<Work> = {
  "published averages": publishedEntries,
  "large database": largeDatabaseEntries,
  "metrics and prompts": metricsEntries,
  "few-shot speed": speedEntries,
  kills: killEntries,
};

const { numbers, only } = benchmarkOptions({ runs: 5, threads: 2 });
const large = process.env.LEP_BENCH_DIR ?? os.tmpdir();
mkdirSync(large, { recursive: true });
const folder = mkdtempSync(path.join(large, "lep-bench-benchmark-"));
try {
  printEntries(await measureGroups(groups, { folder, ...numbers }, only));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
