/** Scores one model on tasks, and keeps every answer in the results database as it comes. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import type { ComputeOptions } from "../engine/engine.js";
import { BenchmarkError } from "../errors.js";
import type { Progress } from "../progress.js";
import { versions } from "../versions.js";
import { answerMissing, missingItems } from "./answer-missing.js";
import { type BenchmarkModel, type EndpointPlace, findBenchmarkModel, type WeightType } from "./benchmark-model.js";
import { type BenchmarkResult, benchmarkResult } from "./benchmark-result.js";
import { type CorpusWindows, corpusWindows, type MeasuredCorpus } from "./corpus-loss.js";
import type { OnEvaluationEvent } from "./evaluation-events.js";
import { judgeAgain } from "./judge-again.js";
import { measureRun } from "./measure-run.js";
import { overlapRows } from "./overlap/overlap-rows.js";
import type { TrainingOverlap } from "./overlap/training-overlap.js";
import { identityOptions, type PlannedTask, planTasks, type ReplacedPrompts, runTask } from "./plan-tasks.js";
import type { TaskName } from "./registry.js";
import { openStore, type Store } from "./store.js";

/** Raised when something changes that all tasks' samples depend on. */
export const harnessVersion = 2;

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
  /** Prompts in the place of the tasks' own and of the items' messages. */
  prompts?: ReplacedPrompts | undefined;
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
  /** Text whose perplexity and bits per character are measured beside the tasks. */
  corpus?: MeasuredCorpus | undefined;
  /** Which of the items stand in the text that the model was trained on. */
  overlap?: TrainingOverlap | undefined;
  onEvent?: OnEvaluationEvent | undefined;
  signal?: AbortSignal | undefined;
}

/** What answering and measuring share. */
export interface Evaluation {
  store: Store;
  run: number;
  model: BenchmarkModel;
  options: EvaluateOptions;
  progress: Progress;
  emit: OnEvaluationEvent;
}

/**
 * A run of the same model, tokenizer and options is continued at its first missing sample, or reused where it is finished;
 * failed items are asked again. Answers that another version of a task has judged are judged again.
 * Throws `BenchmarkError` (data, database), `EngineError` (llama.cpp, `run.interrupted`), `CheckpointError`, `TokenizerError`.
 */
export async function evaluate(options: EvaluateOptions, progress: Progress = () => {}): Promise<BenchmarkResult> {
  const { few_shot = 0, limit, system, data, prompts, onEvent: emit = () => {} } = options;
  checkCount("limit", limit, 1);
  checkCount("few_shot", few_shot, 0);
  const model = await findBenchmarkModel(options);
  const asked = { data, prompts, few_shot, limit, system, type: model.type };
  const planned = await planTasks(options.tasks, asked);
  refuseWhereLacking(model, planned, options.corpus !== undefined);
  const windows = options.corpus && (await corpusWindows(options.corpus));
  const store = openStore(options.db);
  try {
    const identity = {
      model: options.name,
      model_sha256: model.sha256,
      tokenizer_sha256: model.tokenizerSha256,
      harness_version: harnessVersion,
      options: { ...identityOptions(planned, asked), ...(model.endpoint && { endpoint: model.endpoint }) },
    };
    const { id, finished } = store.openRun(identity, planned.map(runTask), host(options));
    const evaluation: Evaluation = { store, run: id, model, options, progress, emit };
    emit({ event: "run_opened", run: id, model: options.name, finished, missing: countMissing(evaluation, planned) });
    const unmeasured = windows && isMeasured(store, id, windows) ? undefined : windows;
    await answerMissing(evaluation, planned, unmeasured);
    for (const one of planned) {
      if (store.versionOf(id, one.name) !== one.task.version) await judgeAgain(store, id, one, model.tokenizer);
    }
    if (!finished) {
      await measureRun(evaluation, planned);
      store.score(id, planned, true);
    }
    if (options.overlap !== undefined) store.setOverlap(id, overlapRows(options.overlap));
    return benchmarkResult(store, id);
  } finally {
    store.close();
  }
}

/** Before anything is asked, since a server that cannot answer would fail every item. */
function refuseWhereLacking(
  { lacks, endpoint }: BenchmarkModel,
  planned: readonly PlannedTask[],
  corpus: boolean,
): void {
  const refuse = (lacking: string | undefined, who: string): void => {
    if (lacking === undefined) return;
    const text = `${endpoint?.url}: the server does not give ${lacking}; ${who} needs it`;
    throw new BenchmarkError("benchmark.endpoint_lacks", text, {
      hint: "Name other tasks, or serve the model with vLLM or llama-server.",
    });
  };
  for (const { name, task, items } of planned) {
    const asks = new Set(items.flatMap((item) => task.questions(item).map(({ ask }) => ask)));
    for (const ask of asks) refuse(ask === "generate" ? lacks.generate : lacks.score, name);
  }
  if (corpus) refuse(lacks.score, "the perplexity of a text");
}

function checkCount(name: string, count: number | undefined, least: number): void {
  if (count === undefined || (Number.isInteger(count) && count >= least)) return;
  throw new BenchmarkError("benchmark.option", `${name}: ${count} is not a whole number of at least ${least}`);
}

const countMissing = (evaluation: Evaluation, planned: readonly PlannedTask[]): Record<string, number> =>
  Object.fromEntries(planned.map((one) => [one.name, missingItems(evaluation, one).length]));

const isMeasured = (store: Store, run: number, windows: CorpusWindows): boolean =>
  store.measures(run).some(({ name, text_sha256 }) => name === "perplexity" && text_sha256 === windows.sha256);

/** Where it was computed, and where a later version of a metric finds what it needs. */
function host({ compute: { device, threads }, model, tokenizer, data }: EvaluateOptions): unknown {
  return {
    platform: process.platform,
    architecture: process.arch,
    cores: availableParallelism(),
    device,
    threads,
    versions: versions(),
    tokenizer: path.resolve(tokenizer ?? model),
    data: existsSync(data) ? path.resolve(data) : data,
  };
}
