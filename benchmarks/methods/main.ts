/**
 * Where do swap, overlap and conversion part? Instruct models at different distances from the base get the same adapted base by each
 * method; Russian questions and copying, before and after calibration, over several seeds (of training, calibration and new rows). A row
 * is the mean over the seeds, with a 95 % interval by Student's t.
 *
 * Options: `--seeds N` (default 3), `--variants TEXT,…` (whose name contains one of them), `--threads N` (default all cores), `--work DIR`
 * (default runs/methods; a killed benchmark continues there).
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { writeFileAtomic } from "../../src/atomic-output.js";
import { terminalProgress } from "../../src/cli/terminal-progress.js";
import { packageRoot } from "../../src/package-root.js";
import { runPipeline } from "../../src/pipeline.js";
import { loadRecipe } from "../../src/recipe.js";
import { type BenchmarkEntry, entry, printEntries } from "../report-entry.js";
import { distanceFromBase, instructVariants } from "./instruct-variants.js";
import { meanOverSeeds } from "./mean-over-seeds.js";

const { values: options } = parseArgs({
  options: {
    seeds: { type: "string", default: "3" },
    variants: { type: "string", default: "" },
    threads: { type: "string", default: "0" },
    work: { type: "string", default: "runs/methods" },
  },
});
const work = path.resolve(options.work);
const threads = Number(options.threads);
const seeds = Array.from({ length: Number(options.seeds) }, (_, i) => i + 1);
const methods = ["swap", "overlap", "conversion"];
/** Rows of the leaderboard, and what they are called here. */
const rows: Record<string, string> = {
  instruct: "original",
  swap: "swap",
  overlap: "overlap",
  propagated: "conversion",
  "control-swap": "swap, calibrated",
  "control-overlap": "overlap, calibrated",
  calibrated: "conversion, calibrated",
};
const figures = {
  "Russian questions by rank": ["world_ru", "rank"],
  "Russian questions, exact": ["world_ru", "exact_match"],
  "Russian sentences copied exactly": ["cp_sent_ru", "exact_match"],
} as const;

/** Figure → row → value; `residual` and the like under `propagation`. */
type Measured = Record<string, Record<string, number>>;

mkdirSync(work, { recursive: true });
const progress = terminalProgress();
const wanted = Object.keys(instructVariants).filter((name) =>
  options.variants.split(",").some((text) => name.includes(text)),
);
const entries: BenchmarkEntry[] = [];
for (const variant of wanted) {
  const instruct = await instructVariants[variant]!({
    work,
    compute: { device: "cpu", threads },
    progress: progress.report,
  });
  const measured: Measured[] = [];
  for (const seed of seeds) measured.push(await measure(variant, instruct, seed));
  entries.push(...entriesOf(variant, instruct, measured));
}
progress.end();
printEntries(entries);

/** One run folder a seed: the variants share its adapted base. */
async function measure(variant: string, instruct: string, seed: number): Promise<Measured> {
  const kept = path.join(work, `${variant.replaceAll(/[^a-z0-9.]+/gi, "-")}-${seed}.json`);
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, "utf8")) as Measured;
  const recipe = loadRecipe(path.join(packageRoot(), "recipes", "tiny-extended.yaml"), [
    ...[`seed=${seed}`, `threads=${threads}`, `models.instruct=${instruct}`, "pretraining.steps=1600"],
    ...["propagation.method=conversion", "propagation.also=[swap, overlap]"],
    ...["calibration.controls=[swap, overlap]", "calibration.steps=360"],
    ...["benchmark.bases=none", "benchmark.tasks=[world_ru, cp_sent_ru]"],
  ]);
  const summary = await runPipeline(recipe, {
    folder: path.join(work, `seed-${seed}`),
    progress: progress.report,
    onEvent: ({ text }) => process.stderr.write(`${variant}, seed ${seed}: ${text}\n`),
  });
  const models = summary.benchmark!.models;
  const measured: Measured = {};
  for (const [figure, [task, metric]] of Object.entries(figures)) {
    measured[figure] = Object.fromEntries(
      Object.entries(rows).map(([row, name]) => [name, models[row]!.tasks[task]![metric]!]),
    );
  }
  measured.residual = Object.fromEntries(
    Object.entries(summary.propagation!.rows).map(([row, made]) => [rows[row]!, made!.residual.embedding ?? 0]),
  );
  writeFileAtomic(kept, `${JSON.stringify(measured, null, 1)}\n`);
  return measured;
}

function entriesOf(variant: string, instruct: string, measured: Measured[]): BenchmarkEntry[] {
  const { embedding, head } = distanceFromBase(instruct);
  const distance = `distance from the base: embedding ${embedding.toFixed(3)}, head ${head.toFixed(3)}`;
  const residuals = methods.map((name) => `${name} ${meanOf(measured, "residual", name).toPrecision(3)}`);
  return Object.keys(figures).flatMap((figure) =>
    Object.values(rows).map((row) => {
      const { mean, half } = meanOverSeeds(measured.map((one) => one[figure]![row]!));
      const interval = half === null ? "one seed" : `± ${half.toFixed(3)} over ${seeds.length} seeds`;
      const note = `${interval}; ${distance}; residuals: ${residuals.join(", ")}`;
      return entry({ name: `${variant}: ${row}`, value: mean, unit: figure, runs: seeds.length, note });
    }),
  );
}

function meanOf(measured: Measured[], figure: string, row: string): number {
  return meanOverSeeds(measured.map((one) => one[figure]![row] ?? 0)).mean;
}
