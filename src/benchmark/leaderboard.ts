/** `leaderboard.{json,csv,md,html}` from a results database: a row a model, with the newest score of every task. */
import path from "node:path";
import type { Database } from "better-sqlite3";
import { writeFileAtomic } from "../atomic-output.js";
import { BenchmarkError } from "../errors.js";
import { type Averages, averages } from "./groups.js";
import { leaderboardCsv, leaderboardHtml, leaderboardMarkdown } from "./leaderboard-pages.js";
import { databaseError, openDatabase } from "./open-database.js";
import { tasks } from "./registry.js";
import type { Task } from "./task.js";

export interface TaskResult {
  /** The metric that stands for the task. */
  score: number;
  metric: string;
  standard_error: number | null;
  items: number;
  task_version: number;
  metrics: Record<string, number>;
}

export interface LeaderboardRow extends Averages {
  model: string;
  tasks: Record<string, TaskResult>;
  published: boolean;
}

export interface Leaderboard {
  rows: LeaderboardRow[];
}

/**
 * Reads `db` and writes four files into the folder `out`; rows in the order of the micro average as far as it is known.
 * Throws `BenchmarkError` where the database is absent, damaged or empty.
 */
export function leaderboard({ db, out }: { db: string; out: string }): Leaderboard {
  const board = { rows: readRows(db) };
  const files = {
    "leaderboard.json": `${JSON.stringify(board, null, 2)}\n`,
    "leaderboard.csv": leaderboardCsv(board),
    "leaderboard.md": leaderboardMarkdown(board),
    "leaderboard.html": leaderboardHtml(board),
  };
  for (const [name, text] of Object.entries(files)) {
    try {
      writeFileAtomic(path.join(out, name), text);
    } catch (cause) {
      throw new BenchmarkError("benchmark.output", `${path.join(out, name)} cannot be written`, { cause, exitCode: 1 });
    }
  }
  return board;
}

interface ScoreRow {
  model: string;
  task: string;
  task_version: number;
  metric: string;
  value: number;
  standard_error: number | null;
  items: number;
}

function readRows(file: string): LeaderboardRow[] {
  const scores = readScores(file);
  const models = new Map<string, Map<string, ScoreRow[]>>();
  for (const score of scores) {
    const byTask = models.get(score.model) ?? new Map<string, ScoreRow[]>();
    models.set(score.model, byTask);
    byTask.set(score.task, [...(byTask.get(score.task) ?? []), score]);
  }
  const rows: LeaderboardRow[] = [];
  for (const [model, byTask] of models) {
    const results: Record<string, TaskResult> = {};
    for (const name of inRegistryOrder([...byTask.keys()])) results[name] = taskResult(name, byTask.get(name)!);
    const headline = Object.fromEntries(Object.entries(results).map(([name, { score }]) => [name, score]));
    rows.push({ model, ...averages(headline), tasks: results, published: false });
  }
  const rank = ({ micro, micro_partial }: LeaderboardRow): number => micro ?? micro_partial ?? -1;
  return rows.sort((a, b) => rank(b) - rank(a) || (a.model < b.model ? -1 : 1));
}

function readScores(file: string): ScoreRow[] {
  let database: Database | undefined;
  try {
    database = openDatabase(file, { existing: true });
    // A task that was scored in several runs counts with its newest one.
    const scores = database
      .prepare(
        `SELECT run.model, score.task, score.task_version, metric, value, standard_error, score.items
         FROM score JOIN run ON run.id = score.run_id
         WHERE run.opened = (SELECT max(other.opened) FROM run AS other JOIN score AS theirs ON theirs.run_id = other.id
                         WHERE other.model = run.model AND theirs.task = score.task)
         ORDER BY run.opened, score.rowid`,
      )
      .all() as ScoreRow[];
    if (scores.length > 0) return scores;
  } catch (cause) {
    throw databaseError(file, cause);
  } finally {
    database?.close();
  }
  throw new BenchmarkError("benchmark.no_scores", `${file} holds no finished scores`, { hint: "lep eval makes them." });
}

function inRegistryOrder(names: string[]): string[] {
  const order = Object.keys(tasks);
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return names.sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

function taskResult(name: string, scores: readonly ScoreRow[]): TaskResult {
  const wanted = (tasks as Record<string, Task>)[name]?.metric;
  // A task of another version of lep: its first metric stands for it.
  const headline = scores.find(({ metric }) => metric === wanted) ?? scores[0]!;
  return {
    score: headline.value,
    metric: headline.metric,
    standard_error: headline.standard_error,
    items: headline.items,
    task_version: headline.task_version,
    metrics: Object.fromEntries(scores.map(({ metric, value }) => [metric, value])),
  };
}
