/**
 * Quality on real text: a base model made from English novels is taught Russian from novels, with its
 * original vocabulary (the control), an extended and a new one. Reports symbols per token and bits per
 * character on the validation novels. Runs once; about an hour on two cores.
 *
 * Options: `--tokens N` (a training phase, default 1,000,000), `--threads N` (default all cores), `--work DIR` (default
 * runs/novels; a killed benchmark continues there).
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { terminalProgress } from "../../src/cli/terminal-progress.js";
import { packageRoot } from "../../src/package-root.js";
import type { Summary } from "../../src/pipeline/summary.js";
import { runPipeline } from "../../src/pipeline.js";
import { loadRecipe } from "../../src/recipe.js";
import { type BenchmarkEntry, entry, printEntries } from "../report-entry.js";
import { novelModels } from "./models.js";
import { novelsFolder } from "./novels-folder.js";

const { values: options } = parseArgs({
  options: {
    tokens: { type: "string", default: "1000000" },
    threads: { type: "string", default: "0" },
    work: { type: "string", default: "runs/novels" },
  },
});
const novels = novelsFolder();
if (novels === undefined) {
  process.stderr.write("the novels are not there: name their folder in LEP_NOVELS\n");
  printEntries([]);
} else {
  printEntries(await measure(novels, path.resolve(options.work)));
}

async function measure(folder: string, work: string): Promise<BenchmarkEntry[]> {
  const tokens = Number(options.tokens);
  const compute = { device: "auto", threads: Number(options.threads) } as const;
  mkdirSync(work, { recursive: true });
  const progress = terminalProgress();
  const { base, instruct } = await novelModels(folder, work, tokens, compute, progress.report);
  const entries: BenchmarkEntry[] = [];
  for (const name of ["control", "extended", "bpe"]) {
    const recipe = loadRecipe(path.join(packageRoot(), "benchmarks", "novels", `novels-${name}.yaml`), [
      `models.base=${base}`,
      `models.instruct=${instruct}`,
      `corpus.train=["${path.join(folder, "ru", "train", "*.txt")}"]`,
      `corpus.validation=["${path.join(folder, "ru", "validation", "*.txt")}"]`,
      `threads=${compute.threads}`,
      `pretraining.steps=${Math.round(tokens / (16 * 256))}`,
    ]);
    const summary = await runPipeline(recipe, {
      folder: path.join(work, recipe.name),
      progress: progress.report,
      onEvent: ({ text }) => process.stderr.write(`${name}: ${text}\n`),
    });
    entries.push(...entriesOf(name, summary));
  }
  progress.end();
  return entries;
}

function entriesOf(name: string, summary: Summary): BenchmarkEntry[] {
  const { vocabulary, pretraining, benchmark, seconds } = summary;
  const note = pretraining === undefined ? null : `${pretraining.tokens} tokens in ${pretraining.steps} steps`;
  const bits = Object.entries(benchmark?.models ?? {}).map(([row, model]) =>
    entry({ name: `${name}: ${row}`, value: model.bits_per_character, unit: "bits per character", note }),
  );
  const symbols = Object.entries(vocabulary?.symbols_per_token ?? {}).map(([which, value]) =>
    entry({ name: `${name}: ${which} vocabulary`, value, unit: "symbols per token" }),
  );
  return [...symbols, ...bits, entry({ name: `${name}: pretraining`, ours_s: seconds.pretraining ?? null })];
}
