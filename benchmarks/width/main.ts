/**
 * The whole pipeline on models of LLaMa-3-8B's true width (4,096, vocabulary 128,256) with random weights
 * and few blocks: whether every stage holds what an 8B model's embeddings ask of it, not what comes out.
 *
 * Needs LEP_LLAMA3 (LLaMa-3's tokenizer.json) and LEP_NOVELS. Options: `--layers N` (default 1), `--threads N` (default
 * all cores), `--work DIR` (default runs/width; about 20 GB a block of layers; a killed run continues there).
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { terminalProgress } from "../../src/cli/terminal-progress.js";
import { packageRoot } from "../../src/package-root.js";
import type { Summary } from "../../src/pipeline/summary.js";
import { runPipeline } from "../../src/pipeline.js";
import { loadRecipe } from "../../src/recipe.js";
import { novelsFolder } from "../novels/novels-folder.js";
import { type BenchmarkEntry, entry, printEntries } from "../report-entry.js";
import { wideModel } from "./models.js";

const { values: options } = parseArgs({
  options: {
    layers: { type: "string", default: "1" },
    threads: { type: "string", default: "0" },
    work: { type: "string", default: "runs/width" },
  },
});
const [tokenizer, novels] = [process.env.LEP_LLAMA3, novelsFolder()];
if (tokenizer === undefined || !existsSync(tokenizer) || novels === undefined) {
  process.stderr.write("name LLaMa-3's tokenizer.json in LEP_LLAMA3 and the novels' folder in LEP_NOVELS\n");
  printEntries([]);
} else {
  printEntries(await measure(tokenizer, novels, path.resolve(options.work)));
}

async function measure(tokenizer: string, novels: string, work: string): Promise<BenchmarkEntry[]> {
  const layers = Number(options.layers);
  mkdirSync(work, { recursive: true });
  const base = await wideModel(path.join(work, "base"), tokenizer, { layers, seed: 1, chat: false });
  const instruct = await wideModel(path.join(work, "instruct"), tokenizer, { layers, seed: 2, chat: true });
  const prompts = path.join(work, "prompts.jsonl");
  const questions = ["Что такое река?", "Назови три цвета.", "Сколько будет два и два?", "Кто пишет книги?"];
  writeFileSync(prompts, questions.map((prompt) => `${JSON.stringify({ prompt })}\n`).join(""));
  const recipe = loadRecipe(path.join(packageRoot(), "benchmarks", "width", "width.yaml"), [
    `models.base=${base}`,
    `models.instruct=${instruct}`,
    `corpus.train=["${path.join(novels, "ru", "train", "*.txt")}"]`,
    `corpus.validation=["${path.join(novels, "ru", "validation", "*.txt")}"]`,
    `calibration.prompts=["${prompts}"]`,
    `threads=${options.threads}`,
  ]);
  const progress = terminalProgress();
  const summary = await runPipeline(recipe, {
    folder: path.join(work, recipe.name),
    progress: progress.report,
    onEvent: ({ text }) => process.stderr.write(`${text}\n`),
  });
  progress.end();
  return entriesOf(summary, layers);
}

function entriesOf({ seconds, pretraining, vocabulary }: Summary, layers: number): BenchmarkEntry[] {
  const note = `${layers} of 32 blocks, random weights`;
  const stages = Object.entries(seconds).map(([stage, ours_s]) => entry({ name: `${stage} stage`, ours_s, note }));
  return [
    ...stages,
    entry({ name: "peak of the training process", value: pretraining?.peak_mb ?? null, unit: "MiB", note }),
    entry({
      name: "peak of the pipeline's own process",
      value: process.resourceUsage().maxRSS / 1024,
      unit: "MiB",
      note,
    }),
    entry({ name: "symbols per token", value: vocabulary?.symbols_per_token.adapted ?? null, unit: "symbols" }),
  ];
}
