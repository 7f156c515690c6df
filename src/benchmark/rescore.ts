/**
 * Stored answers of a database under the present versions of the metrics, without any model. Old metrics and scores are
 * replaced, a task of a run at a time, each in one transaction; done again, it goes on with those that are left.
 */
import { existsSync } from "node:fs";
import { BenchmarkError, EngineError, LepError } from "../errors.js";
import type { Progress } from "../progress.js";
import { loadTokenizer } from "../tokenizer/load-tokenizer.js";
import { hashTokenizer } from "./benchmark-model.js";
import { judgeAgain } from "./judge-again.js";
import { type AskedOptions, type identityOptions, type PlannedTask, planTask } from "./plan-tasks.js";
import { tasks as registry, type TaskName } from "./registry.js";
import { openStore, type Store, type StoredRun } from "./store.js";
import type { Task, TokenCounter } from "./task.js";

export interface RescoreOptions {
  /** SQLite file, which has to be there. */
  db: string;
  /** Name of the models in the leaderboard; all by default. */
  name?: string | undefined;
  /** All by default. */
  tasks?: readonly TaskName[] | undefined;
  /** Folder with the items; where the run found them by default. */
  data?: string | undefined;
  /** The run's tokenizer, for metrics that count tokens; where the run found it by default. */
  tokenizer?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** A task of a run whose answers were judged again. */
export interface Rescored {
  run: number;
  model: string;
  task: string;
  /** Version before, 0 where several had judged; and now. */
  from: number;
  to: number;
  answers: number;
  /** Metric → value; empty where the run has no scores yet. */
  before: Record<string, number>;
  after: Record<string, number>;
}

interface Job {
  run: StoredRun;
  planned: PlannedTask;
}

/**
 * All is checked before anything changes. Throws `BenchmarkError`: no run, items or questions that are no longer those of the
 * run, no tokenizer where one is asked for; `EngineError` `run.interrupted`.
 */
export async function rescore(
  options: RescoreOptions,
  onRescored: (rescored: Rescored) => void = () => {},
  progress: Progress = () => {},
): Promise<Rescored[]> {
  const store = openStore(options.db, { existing: true });
  try {
    const jobs = await findJobs(store, options);
    const all: Rescored[] = [];
    for (const [done, { run, planned }] of jobs.entries()) {
      if (options.signal?.aborted) throw new EngineError("run.interrupted", "interrupted while scoring again");
      progress({ task: "scoring again", done, total: jobs.length, unit: "tasks" });
      const from = store.versionOf(run.id, planned.name);
      const before = values(store, run.id, planned.name);
      const answers = await judgeAgain(store, run.id, planned, tokenizerOf(run, options.tokenizer));
      const after = values(store, run.id, planned.name);
      const names = { run: run.id, model: run.model, task: planned.name };
      const rescored = { ...names, from, to: planned.task.version, answers, before, after };
      onRescored(rescored);
      all.push(rescored);
    }
    return all;
  } finally {
    store.close();
  }
}

async function findJobs(store: Store, { db, name, tasks, data }: RescoreOptions): Promise<Job[]> {
  const runs = store.runs().filter(({ model }) => name === undefined || model === name);
  if (runs.length === 0) {
    throw new BenchmarkError("benchmark.no_runs", `${db} holds no run${name === undefined ? "" : ` of ${name}`}`);
  }
  const jobs: Job[] = [];
  const faults: string[] = [];
  const plan = rememberingPlans();
  for (const run of runs) {
    for (const [task, version] of Object.entries(run.versions)) {
      const present = (registry as Record<string, Task>)[task];
      // Tasks of another lep keep what they have.
      if (present === undefined || version === present.version) continue;
      if (tasks !== undefined && !tasks.includes(task as TaskName)) continue;
      try {
        const planned = await plan(task as TaskName, askedOptions(run, data));
        checkSame(run, planned);
        jobs.push({ run, planned });
      } catch (error) {
        if (!(error instanceof LepError)) throw error;
        faults.push(`run ${run.id} (${run.model}), ${task}: ${error.message}`);
      }
    }
  }
  if (faults.length === 0) return jobs;
  throw new BenchmarkError("benchmark.cannot_rescore", `${db}: nothing is scored again\n  ${faults.join("\n  ")}`, {
    hint: "--data names the items, --name and --tasks leave runs out; where questions have changed, the model has to answer them.",
  });
}

/** Runs of many models ask the same. */
function rememberingPlans(): typeof planTask {
  const plans = new Map<string, Promise<PlannedTask>>();
  return (task, asked) => {
    const key = JSON.stringify([task, asked]);
    const plan = plans.get(key) ?? planTask(task, asked);
    plans.set(key, plan);
    return plan;
  };
}

type StoredOptions = Partial<ReturnType<typeof identityOptions>>;

/** What the run was asked, with items from `data` or from where it had them. */
function askedOptions(run: StoredRun, given: string | undefined): AskedOptions {
  const data = given ?? (run.host as { data?: string }).data;
  if (data === undefined) throw new BenchmarkError("benchmark.no_data", "where its items are is not known");
  const { prompts, few_shot = 0, limit, system, type = "" } = run.options as StoredOptions;
  return { data, prompts, few_shot, limit: limit ?? undefined, system: system ?? undefined, type };
}

/** Throws `BenchmarkError` where stored answers are to other items or questions. */
function checkSame(run: StoredRun, { name, items_sha256, questions_sha256 }: PlannedTask): void {
  const own = (run.options as StoredOptions).tasks?.find(({ task }) => task === name);
  if (own?.items === items_sha256 && own.questions === questions_sha256) return;
  const changed = own?.items === items_sha256 ? "questions" : "items";
  throw new BenchmarkError("benchmark.changed", `it has answered other ${changed} than those of now`);
}

const values = (store: Store, run: number, task: string): Record<string, number> =>
  Object.fromEntries(store.scores(run).flatMap((row) => (row.task === task ? [[row.metric, row.value]] : [])));

/** Loaded with the first text that is counted: most metrics need none. */
function tokenizerOf(run: StoredRun, given: string | undefined): TokenCounter {
  let loaded: Promise<TokenCounter> | undefined;
  const load = async (): Promise<TokenCounter> => {
    for (const place of [given, (run.host as { tokenizer?: string }).tokenizer]) {
      if (place === undefined || !existsSync(place)) continue;
      if (hashTokenizer(place) === run.tokenizer_sha256) return loadTokenizer(place);
    }
    throw new BenchmarkError(
      "benchmark.no_tokenizer",
      `run ${run.id} (${run.model}): its metrics count tokens, and its tokenizer is not ${given ?? "where it was"}`,
      { hint: "--tokenizer names it; --name chooses the model." },
    );
  };
  return {
    encode: async (...args) => {
      loaded ??= load();
      return (await loaded).encode(...args);
    },
  };
}
