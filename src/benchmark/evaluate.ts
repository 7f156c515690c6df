/** Scores one model on tasks, and keeps every answer in the results database as it comes. */
import { availableParallelism } from "node:os";
import type { ComputeOptions } from "../engine/engine.js";
import { BenchmarkError } from "../errors.js";
import type { Progress } from "../progress.js";
import { sha256 } from "../sha256.js";
import { versions } from "../versions.js";
import { answerItems } from "./answer-items.js";
import { type BenchmarkModel, type EndpointPlace, findBenchmarkModel, type WeightType } from "./benchmark-model.js";
import { type Averages, averages } from "./groups.js";
import { type Dataset, readDataset } from "./items.js";
import { createPromptBuilder } from "./prompts.js";
import { type TaskName, tasks } from "./registry.js";
import { openStore, type RunTask, type Store } from "./store.js";
import type { Question, Task } from "./task.js";

/** Raised when something changes that all tasks' samples depend on. */
export const harnessVersion = 1;

export interface EvaluateOptions {
  /** Model folder, or a .gguf file. */
  model: string;
  /** What the model is called in the leaderboard. */
  name: string;
  tasks: readonly TaskName[];
  /** Folder with one folder a data set. */
  data: string;
  /** SQLite file. */
  db: string;
  /** Examples before each item; 0 by default. */
  few_shot?: number | undefined;
  /** At most so many items a task. */
  limit?: number | undefined;
  compute: ComputeOptions;
  /** Folder for the exported GGUF; a temporary one by default. */
  work?: string | undefined;
  /** System message of every conversation. */
  system?: string | undefined;
  /** Tokenizer folder, needed beside a .gguf file. */
  tokenizer?: string | undefined;
  /** The server that answers; `model` is then the folder of its tokenizer. */
  endpoint?: EndpointPlace | undefined;
  /** Every question by itself, without batches and shared beginnings: for measurements. No influence on what comes out. */
  alone?: boolean | undefined;
  /** Type of the exported weights; the folder's own by default. */
  type?: WeightType | undefined;
  /** Answers side by side; no influence on what comes out. */
  parallel?: number | undefined;
  signal?: AbortSignal | undefined;
}

export interface BenchmarkResult extends Averages {
  /** Task → metric → value. */
  tasks: Record<string, Record<string, number>>;
  /** Task → metric → standard error, where there is one. */
  standard_errors: Record<string, Record<string, number>>;
  /** Task → items. */
  items: Record<string, number>;
}

/** The longest context that is opened without being asked for: memory grows with it. */
const longestContext = 4096;

/**
 * A run of the same model, tokenizer and options is continued at its first missing sample, or reused where it is finished.
 * Throws `BenchmarkError` (data, database), `EngineError` (llama.cpp, `run.interrupted`), `CheckpointError`, `TokenizerError`.
 */
export async function evaluate(options: EvaluateOptions, progress?: Progress): Promise<BenchmarkResult> {
  const { few_shot = 0, limit, system } = options;
  checkCount("limit", limit, 1);
  checkCount("few_shot", few_shot, 0);
  const model = await findBenchmarkModel(options);
  const planned: PlannedTask[] = [];
  for (const name of options.tasks) {
    const task: Task = tasks[name];
    const dataset = await readDataset(options.data, task.dataset);
    const items = dataset.test.slice(0, limit);
    if (items.length === 0) throw new BenchmarkError("benchmark.no_items", `${options.data}/${task.dataset}: no items`);
    for (const item of items) for (const { ask } of task.questions(item)) refuseWhereLacking(model, name, ask);
    const key = sha256(JSON.stringify([name, task.version, dataset.sha256, few_shot, system ?? null, model.type]));
    planned.push({ name, task, dataset: { ...dataset, test: items }, key });
  }
  const store = openStore(options.db);
  try {
    const identity = {
      model: options.name,
      model_sha256: model.sha256,
      tokenizer_sha256: model.tokenizerSha256,
      harness_version: harnessVersion,
      options: {
        tasks: planned.map(({ name, task, dataset }) => ({ task: name, version: task.version, items: dataset.sha256 })),
        few_shot,
        limit: limit ?? null,
        system: system ?? null,
        type: model.type,
        ...(model.endpoint && { endpoint: model.endpoint }),
      },
    };
    const run = store.openRun(identity, planned.map(runTask), host(options.compute));
    if (!run.finished) {
      await answerMissing(model, planned, run.id, store, options, progress);
      for (const { name, task } of planned) {
        const samples = store.samples(run.id, name);
        const seconds = samples.reduce((sum, sample) => sum + sample.seconds, 0);
        store.setScores(run.id, name, task.version, task.aggregate(samples), seconds);
      }
      store.finish(run.id);
    }
    return summarise(store, run.id);
  } finally {
    store.close();
  }
}

/** Before anything is asked, since a server that cannot answer would fail every item. */
function refuseWhereLacking({ lacks, endpoint }: BenchmarkModel, task: TaskName, ask: Question["ask"]): void {
  const lacking = ask === "generate" ? lacks.generate : lacks.score;
  if (lacking === undefined) return;
  throw new BenchmarkError(
    "benchmark.endpoint_lacks",
    `${endpoint?.url}: the server does not give ${lacking}; ${task} needs it`,
    {
      hint: "Name other tasks, or serve the model with vLLM or llama-server.",
    },
  );
}

function checkCount(name: string, count: number | undefined, least: number): void {
  if (count === undefined || (Number.isInteger(count) && count >= least)) return;
  throw new BenchmarkError("benchmark.option", `${name}: ${count} is not a whole number of at least ${least}`);
}

interface PlannedTask {
  name: TaskName;
  task: Task;
  dataset: Dataset;
  key: string;
}

const runTask = ({ name, task, dataset, key }: PlannedTask): RunTask => ({
  task: name,
  task_version: task.version,
  key,
  items: dataset.test.map(({ id }) => id),
});

async function answerMissing(
  model: BenchmarkModel,
  planned: readonly PlannedTask[],
  run: number,
  store: Store,
  options: EvaluateOptions,
  progress: Progress | undefined,
): Promise<void> {
  const missing = planned.map(({ name, dataset }) => {
    const answered = store.answered(run, name);
    return dataset.test.filter(({ id }) => !answered.has(id));
  });
  if (missing.every((items) => items.length === 0)) return;
  const { signal } = options;
  const modelOptions = {
    ...options.compute,
    parallel: options.parallel,
    alone: options.alone,
    contextLength: model.contextLimit === undefined ? undefined : Math.min(model.contextLimit, longestContext),
    tokens: model.tokenizer.size,
  };
  const interruption = { signal, activity: `scoring ${options.name}` };
  await model.answering(modelOptions, interruption, async (language) => {
    for (const [i, { name, task, dataset }] of planned.entries()) {
      const prompts = createPromptBuilder({
        tokenizer: model.tokenizer,
        stopIds: model.stopIds,
        contextLimit: language.contextLength,
        examples: dataset.prompt.slice(0, options.few_shot ?? 0),
        system: options.system,
      });
      const total = dataset.test.length;
      let done = total - missing[i]!.length;
      for await (const samples of answerItems(task, missing[i]!, prompts, language, model.tokenizer, signal)) {
        store.addSamples(run, name, samples);
        done += samples.length;
        progress?.({ task: `scoring ${options.name} on ${name}`, done, total, unit: "items" });
      }
    }
  });
}

function host({ device, threads }: ComputeOptions): unknown {
  return {
    platform: process.platform,
    architecture: process.arch,
    cores: availableParallelism(),
    device,
    threads,
    versions: versions(),
  };
}

function summarise(store: Store, run: number): BenchmarkResult {
  const values: BenchmarkResult["tasks"] = {};
  const errors: BenchmarkResult["standard_errors"] = {};
  const items: BenchmarkResult["items"] = {};
  const headline: Record<string, number> = {};
  for (const { task, metric, value, standard_error, items: count } of store.scores(run)) {
    values[task] = { ...values[task], [metric]: value };
    if (standard_error !== null) errors[task] = { ...errors[task], [metric]: standard_error };
    items[task] = count;
    if ((tasks as Record<string, Task>)[task]?.metric === metric) headline[task] = value;
  }
  return { ...averages(headline), tasks: values, standard_errors: errors, items };
}
