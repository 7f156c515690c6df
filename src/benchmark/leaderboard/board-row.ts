/** A row of the leaderboard: scores, how far chance may have moved them, failures, overlap and cost. */
import { type Averages, averages, groupDatasets } from "../groups.js";
import { tasks as taskRegistry } from "../registry.js";
import {
  type BootstrapOptions,
  bootstrap,
  meanReplicates,
  percentileInterval,
  randomFor,
  standardError,
} from "../statistics/bootstrap.js";
import { headlineStatistic } from "../statistics/headline-statistic.js";
import type { Group, Task } from "../task.js";
import type { LeaderboardRow, Overlap, Spread, TaskResult } from "./board.js";
import type { RowRuns, RunTask } from "./board-runs.js";
import type { BoardSample } from "./board-samples.js";

/** What a row is made from. */
export interface RowSources {
  samples(run: number, task: string): BoardSample[];
  overlap(run: number, task: string): Overlap | undefined;
  measures(run: number): Measure[];
}

export interface Measure {
  name: string;
  value: number;
  /** Of the text that it was measured on; null where it is of no text. */
  text_sha256: string | null;
}

export function boardRow(
  model: string,
  { runs, tasks }: RowRuns,
  sources: RowSources,
  options: BootstrapOptions,
): LeaderboardRow {
  const newest = runs[0]!;
  const results: Record<string, TaskResult> = {};
  const replicates: Record<string, Float64Array> = {};
  for (const [name, task] of inRegistryOrder(tasks)) {
    const { result, draws } = taskResult(name, task, sources, options);
    results[name] = result;
    if (draws !== undefined) replicates[name] = draws;
  }
  const known = Object.entries(results).flatMap(([name, { score }]) =>
    score === null ? [] : [[name, score] as const],
  );
  const means = averages(Object.fromEntries(known));
  const overlaps = Object.values(results).flatMap(({ overlap }) => overlap ?? []);
  const total = (key: "items" | "overlapping"): number => overlaps.reduce((sum, overlap) => sum + overlap[key], 0);
  return {
    model,
    name: newest.model,
    ...means,
    ...spreads(means, known, replicates),
    failures: Object.values(results).reduce((sum, { failures }) => sum + failures, 0),
    overlap: overlaps.length === 0 ? null : { items: total("items"), overlapping: total("overlapping") },
    ...newestMeasures(runs.map(({ id }) => sources.measures(id))),
    model_sha256: newest.model_sha256,
    tokenizer_sha256: newest.tokenizer_sha256,
    settings: newest.settings,
    tasks: results,
    published: false,
    source: null,
  };
}

function taskResult(
  name: string,
  { run, task_version, items_sha256, scores }: RunTask,
  sources: RowSources,
  options: BootstrapOptions,
): { result: TaskResult; draws: Float64Array | undefined } {
  const known = (taskRegistry as Record<string, Task>)[name];
  const wanted = known?.metric;
  // A task of another version of lep: its first metric stands for it.
  const headline = scores.find(({ metric }) => metric === wanted) ?? scores[0];
  const samples = sources.samples(run, name);
  const answered = samples.filter(({ failure }) => failure === null);
  const failed = samples.filter(({ failure }) => failure !== null);
  const counted = headline !== undefined && headline.items > 0;
  const judge = known?.version === task_version ? known : undefined;
  const statistic = counted ? headlineStatistic(answered, failed, headline, judge) : null;
  const draws = statistic === null ? undefined : bootstrap(statistic, randomFor(options.seed, name), options.resamples);
  const result: TaskResult = {
    score: counted ? headline.value : null,
    metric: headline?.metric ?? wanted ?? "score",
    standard_error: headline?.standard_error ?? (draws === undefined ? null : standardError(draws)),
    interval: draws === undefined ? null : percentileInterval(draws),
    items: headline?.items ?? 0,
    failures: failed.length,
    overlap: sources.overlap(run, name) ?? null,
    task_version,
    items_sha256,
    metrics: Object.fromEntries(scores.map(({ metric, value }) => [metric, value])),
  };
  return { result, draws };
}

function spreads(
  means: Averages,
  known: readonly (readonly [string, number])[],
  replicates: Readonly<Record<string, Float64Array>>,
): Pick<LeaderboardRow, "spread" | "group_spreads"> {
  const over = (datasets: readonly string[]): Spread | null => {
    const all = datasets.map((name) => replicates[name]);
    if (all.some((each) => each === undefined)) return null;
    const mean = meanReplicates(all as Float64Array[]);
    return mean === undefined ? null : { standard_error: standardError(mean), interval: percentileInterval(mean) };
  };
  const groups = Object.entries(groupDatasets) as [Group, readonly string[]][];
  const darumeru = groups.flatMap(([, datasets]) => datasets);
  return {
    spread: over(known.map(([name]) => name).filter((name) => darumeru.includes(name))),
    group_spreads: Object.fromEntries(
      groups.map(([group, datasets]) => [group, means.groups[group] === null ? null : over(datasets)]),
    ) as Record<Group, Spread | null>,
  };
}

/** `runs`: the newest first. */
function newestMeasures(runs: readonly Measure[][]): Pick<LeaderboardRow, "measures" | "measured_on"> {
  const measures: Record<string, number> = {};
  const measured_on: Record<string, string> = {};
  for (const { name, value, text_sha256 } of runs.flat()) {
    if (measures[name] !== undefined) continue;
    measures[name] = value;
    if (text_sha256 !== null) measured_on[name] = text_sha256;
  }
  return { measures, measured_on };
}

function inRegistryOrder(tasks: ReadonlyMap<string, RunTask>): [string, RunTask][] {
  const order = Object.keys(taskRegistry);
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...tasks].sort(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1));
}
