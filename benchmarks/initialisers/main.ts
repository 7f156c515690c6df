/**
 * Compares all initialisers: bits per character of the validation text right after the initialisation, and after the same training of
 * the embeddings. On the tiny default, and on the novels where LEP_NOVELS names their folder. One run a row.
 *
 * Options: `--steps N` (of the tiny default, default 800), `--tokens N` (of the novels' base and of each row, default 500,000),
 * `--windows N` (of the tiny default's validation text, default the recipe's), `--only TEXT,…` (rows whose name contains one of them),
 * `--threads N` (default all cores), `--work DIR` (default runs/initialisers; a killed benchmark continues there).
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { terminalProgress } from "../../src/cli/terminal-progress.js";
import { packageRoot } from "../../src/package-root.js";
import { runPipeline } from "../../src/pipeline.js";
import { loadRecipe } from "../../src/recipe.js";
import { novelBase } from "../novels/models.js";
import { novelsFolder } from "../novels/novels-folder.js";
import { type BenchmarkEntry, entry, printEntries } from "../report-entry.js";
import { type BenchmarkRow, benchmarkRows, overridesOf } from "./rows.js";
import { tinyWordFiles } from "./tiny-word-files.js";

const { values: options } = parseArgs({
  options: {
    steps: { type: "string", default: "800" },
    tokens: { type: "string", default: "500000" },
    windows: { type: "string" },
    only: { type: "string", default: "" },
    threads: { type: "string", default: "0" },
    work: { type: "string", default: "runs/initialisers" },
  },
});
const work = path.resolve(options.work);
mkdirSync(work, { recursive: true });
const progress = terminalProgress();
const tiny = await tinyEntries();
const novels = novelsFolder();
if (novels === undefined) process.stderr.write("the novels are not there: name their folder in LEP_NOVELS\n");
const entries = novels === undefined ? tiny : [...tiny, ...(await novelEntries(novels))];
progress.end();
printEntries(entries);

async function tinyEntries(): Promise<BenchmarkEntry[]> {
  const recipe = path.join(packageRoot(), "recipes", "tiny-extended.yaml");
  const windows = options.windows === undefined ? [] : [`pretraining.max_windows=${options.windows}`];
  const overrides = [`pretraining.steps=${options.steps}`, ...windows];
  return compare("tiny", recipe, overrides, benchmarkRows(isWanted("wechsel") ? await tinyWordFiles(work) : undefined));
}

async function novelEntries(folder: string): Promise<BenchmarkEntry[]> {
  const tokens = Number(options.tokens);
  const compute = { device: "auto", threads: Number(options.threads) } as const;
  const base = await novelBase(folder, work, tokens, compute, progress.report);
  const recipe = path.join(packageRoot(), "benchmarks", "novels", "novels-extended.yaml");
  const overrides = [
    `models.base=${base}`,
    // No stage that needs it is run.
    `models.instruct=${base}`,
    `corpus.train=["${path.join(folder, "ru", "train", "*.txt")}"]`,
    `corpus.validation=["${path.join(folder, "ru", "validation", "*.txt")}"]`,
    `pretraining.steps=${Math.round(tokens / (16 * 256))}`,
  ];
  const skipped = entry({ name: "novels: wechsel", note: "no word vectors and dictionary at hand" });
  return [...(await compare("novels", recipe, overrides, benchmarkRows())), skipped];
}

function isWanted(name: string): boolean {
  return options.only.split(",").some((text) => name.includes(text));
}

async function compare(
  set: string,
  recipe: string,
  overrides: string[],
  rows: BenchmarkRow[],
): Promise<BenchmarkEntry[]> {
  const entries: BenchmarkEntry[] = [];
  for (const row of rows.filter(({ name }) => isWanted(name))) {
    const changes = [...overrides, `threads=${options.threads}`, ...overridesOf(row)];
    const { pretraining } = await runPipeline(loadRecipe(recipe, changes), {
      folder: path.join(work, `${set}-${row.name}`),
      to: "pretraining",
      progress: progress.report,
      onEvent: ({ text }) => process.stderr.write(`${set}: ${row.name}: ${text}\n`),
    });
    const { bits_per_character, steps, tokens, initialised } = pretraining!;
    const { fallbacks } = initialised.matrices.embedding!;
    const note = `${steps} steps, ${tokens} tokens; ${initialised.several_pieces} new rows, ${fallbacks} by pieces for want of a vector`;
    const unit = "bits per character";
    entries.push(
      entry({ name: `${set}: ${row.name}, step 0`, value: bits_per_character!.before, unit, note }),
      entry({ name: `${set}: ${row.name}, trained`, value: bits_per_character!.after, unit, note }),
    );
  }
  return entries;
}
