/**
 * Which runs make up a row. Scores of one model are often made in several runs, a few tasks each: they stand in one row, the
 * newest of a task counting, where weights, tokenizer and settings are the same and no task has other items.
 */
import type { Database } from "better-sqlite3";

export interface Run {
  id: number;
  model: string;
  model_sha256: string;
  tokenizer_sha256: string;
  settings: Record<string, unknown>;
  tasks: Map<string, RunTask>;
}

export interface RunTask {
  run: number;
  task_version: number;
  items_sha256: string | null;
  /** None where no item was answered. */
  scores: { metric: string; value: number; standard_error: number | null; items: number }[];
}

/** Runs in one row, the newest first. */
export interface RowRuns {
  runs: Run[];
  /** Each from the newest run that has it. */
  tasks: Map<string, RunTask>;
}

/** Rows in the order of their newest runs. Tasks that are not finished do not count. */
export function boardRuns(database: Database): RowRuns[] {
  const rows: (RowRuns & { identity: string })[] = [];
  for (const run of readRuns(database)) {
    if (run.tasks.size === 0) continue;
    const identity = JSON.stringify([run.model, run.model_sha256, run.tokenizer_sha256, run.settings]);
    const row = rows.find((other) => other.identity === identity && sameItems(other.tasks, run.tasks));
    if (row === undefined) {
      rows.push({ identity, runs: [run], tasks: new Map(run.tasks) });
      continue;
    }
    row.runs.push(run);
    for (const [name, task] of run.tasks) if (!row.tasks.has(name)) row.tasks.set(name, task);
  }
  return rows;
}

function sameItems(tasks: ReadonlyMap<string, RunTask>, others: ReadonlyMap<string, RunTask>): boolean {
  return [...others].every(([name, { items_sha256: theirs }]) => {
    const ours = tasks.get(name)?.items_sha256 ?? null;
    return ours === null || theirs === null || ours === theirs;
  });
}

interface RunRow {
  id: number;
  model: string;
  model_sha256: string;
  tokenizer_sha256: string;
  options: string;
  status: "running" | "finished";
}

interface PlannedRow {
  run_id: number;
  task: string;
  task_version: number;
}

interface ScoreRow extends PlannedRow {
  metric: string;
  value: number;
  standard_error: number | null;
  items: number;
}

function readRuns(database: Database): Run[] {
  const rows = database
    .prepare("SELECT id, model, model_sha256, tokenizer_sha256, options, status FROM run ORDER BY opened DESC, id DESC")
    .all() as RunRow[];
  const scores = byRun(
    database
      .prepare("SELECT run_id, task, task_version, metric, value, standard_error, items FROM score ORDER BY rowid")
      .all() as ScoreRow[],
  );
  const planned = byRun(
    database.prepare("SELECT run_id, task, task_version FROM run_task ORDER BY rowid").all() as PlannedRow[],
  );
  return rows.map(({ options, status, ...row }): Run => {
    const { tasks: chosen, ...settings } = JSON.parse(options) as { tasks?: { task: string; items?: string }[] };
    const tasks = new Map<string, RunTask>();
    const taskOf = (task: string, task_version: number): RunTask => {
      const known = tasks.get(task);
      if (known !== undefined) return known;
      const items_sha256 = chosen?.find((other) => other.task === task)?.items ?? null;
      const fresh = { run: row.id, task_version, items_sha256, scores: [] };
      tasks.set(task, fresh);
      return fresh;
    };
    for (const { run_id: _, task, task_version, ...score } of scores.get(row.id) ?? []) {
      taskOf(task, task_version).scores.push(score);
    }
    // A finished task without a score is one that the model answered nothing of.
    if (status === "finished")
      for (const { task, task_version } of planned.get(row.id) ?? []) taskOf(task, task_version);
    return { ...row, settings, tasks };
  });
}

function byRun<T extends { run_id: number }>(rows: T[]): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const row of rows) {
    const group = groups.get(row.run_id);
    if (group === undefined) groups.set(row.run_id, [row]);
    else group.push(row);
  }
  return groups;
}
