/** Compares two rows of a results database, task by task and on average. */
import type { Database } from "better-sqlite3";
import { BenchmarkError } from "../../errors.js";
import { groupDatasets } from "../groups.js";
import { boardRuns, type RowRuns } from "../leaderboard/board-runs.js";
import { boardSamples } from "../leaderboard/board-samples.js";
import { rowNames } from "../leaderboard/row-names.js";
import { tasks as registry } from "../registry.js";
import { type BootstrapOptions, meanReplicates } from "../statistics/bootstrap.js";
import { holm } from "../statistics/holm.js";
import { mcNemar } from "../statistics/mcnemar.js";
import type { Group, Task } from "../task.js";
import { compareTask, differenceOf, type PairedDraws, type TaskOutcome } from "./compare-task.js";
import type { ComparedModel, Comparison, Difference } from "./comparison.js";

export interface ComparedRows {
  comparison: Comparison;
  /** Task → the runs that its samples are of. */
  runs: Map<string, readonly [first: number, second: number]>;
}

/** `names`: of rows of the leaderboard. Throws `BenchmarkError` where there is no such row, or nothing to compare. */
export function readComparison(
  database: Database,
  file: string,
  names: readonly [first: string, second: string],
  options: BootstrapOptions,
): ComparedRows {
  const rows = boardRuns(database);
  const labels = rowNames(rows);
  const [a, b] = names.map((name) => findRow(rows, labels, name, file)) as [RowRuns, RowRuns];
  const samples = boardSamples(database);
  const outcomes = new Map<string, TaskOutcome>();
  const runs = new Map<string, readonly [number, number]>();
  const left_out: Record<string, string> = {};
  for (const [name, first] of a.tasks) {
    const second = b.tasks.get(name);
    if (second === undefined) continue;
    const leave = differs(first, second);
    const metric = headlineOf(
      name,
      first.scores.map((score) => score.metric),
    );
    const outcome =
      leave ??
      compareTask(
        {
          name,
          metric,
          task_version: first.task_version,
          first: samples(first.run, name),
          second: samples(second.run, name),
        },
        options,
      );
    if (typeof outcome === "string") left_out[name] = outcome;
    else {
      outcomes.set(name, outcome);
      runs.set(name, [first.run, second.run]);
    }
  }
  if (outcomes.size === 0) {
    const reasons = Object.entries(left_out).map(([task, reason]) => `${task}: ${reason}`);
    throw new BenchmarkError(
      "benchmark.nothing_to_compare",
      `${file}: ${names.join(" and ")} have no task in common that can be compared`,
      {
        hint: reasons.length > 0 ? `${reasons.join("; ")}.` : "Score both on the same tasks: lep eval --tasks.",
      },
    );
  }
  return {
    comparison: {
      first: modelOf(names[0], a),
      second: modelOf(names[1], b),
      ...summary(outcomes),
      left_out,
      ...options,
    },
    runs,
  };
}

function findRow(rows: readonly RowRuns[], labels: readonly string[], name: string, file: string): RowRuns {
  const row = rows[labels.indexOf(name)];
  if (row !== undefined) return row;
  const similar = labels.filter((_, i) => rows[i]!.runs[0]!.model === name);
  const shown = similar.length > 0 ? similar : labels;
  throw new BenchmarkError(
    "benchmark.no_model_row",
    similar.length > 0 ? `${file}: ${name} is the name of several rows` : `${file} has no row ${name}`,
    { hint: `Rows: ${shown.map((label) => JSON.stringify(label)).join(", ")}.` },
  );
}

type ScoredTask = RowRuns["tasks"] extends Map<string, infer T> ? T : never;

function differs(first: ScoredTask, second: ScoredTask): string | undefined {
  if (first.items_sha256 !== null && second.items_sha256 !== null && first.items_sha256 !== second.items_sha256) {
    return "they were scored on different items";
  }
  if (first.task_version !== second.task_version) return "they were scored by different versions of the task";
  return undefined;
}

const headlineOf = (name: string, metrics: readonly string[]): string => {
  const wanted = (registry as Record<string, Task>)[name]?.metric;
  return wanted !== undefined && (metrics.length === 0 || metrics.includes(wanted)) ? wanted : (metrics[0] ?? "score");
};

const modelOf = (model: string, { runs }: RowRuns): ComparedModel => {
  const { model_sha256, tokenizer_sha256, settings } = runs[0]!;
  return { model, model_sha256, tokenizer_sha256, settings };
};

function summary(
  outcomes: ReadonlyMap<string, TaskOutcome>,
): Omit<Comparison, "first" | "second" | "left_out" | "resamples" | "seed"> {
  const names = [...outcomes.keys()];
  const adjusted = holm(names.map((name) => outcomes.get(name)!.result.p_value));
  const over = (datasets: readonly string[]): Difference | null => {
    const draws = datasets.map((name) => outcomes.get(name)?.draws);
    return draws.length === 0 || draws.includes(undefined) ? null : differenceOf(meanDraws(draws as PairedDraws[]));
  };
  const groups = Object.entries(groupDatasets) as [Group, readonly string[]][];
  const there = groups.flatMap(([, datasets]) => datasets).filter((name) => outcomes.has(name));
  const average = over(there);
  const tests = [...outcomes.values()].flatMap(({ result }) => result.mcnemar ?? []);
  const count = (key: "only_first" | "only_second"): number => tests.reduce((sum, test) => sum + test[key], 0);
  return {
    average: average === null ? null : { ...average, datasets: there.length },
    groups: Object.fromEntries(groups.map(([group, datasets]) => [group, over(datasets)])) as Comparison["groups"],
    tasks: Object.fromEntries(
      names.map((name, i) => [name, { ...outcomes.get(name)!.result, p_adjusted: adjusted[i]! }]),
    ),
    mcnemar: tests.length === 0 ? null : mcNemar(count("only_first"), count("only_second")),
    changed: [...outcomes.values()].flatMap(({ changed }) => changed),
  };
}

function meanDraws(all: readonly PairedDraws[]): PairedDraws {
  const mean = (side: 0 | 1): number => all.reduce((sum, { values }) => sum + values[side], 0) / all.length;
  return { values: [mean(0), mean(1)], differences: meanReplicates(all.map(({ differences }) => differences))! };
}
