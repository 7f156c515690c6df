/** Rows of the tables `run` and `run_task`: which model was asked what, and what of it another run has answered. */
import type { Database } from "better-sqlite3";
import { copySample } from "./samples.js";

export interface RunIdentity {
  model: string;
  model_sha256: string;
  tokenizer_sha256: string;
  harness_version: number;
  /** Everything else that the answers depend on, in a fixed order. */
  options: unknown;
}

export interface RunTask {
  task: string;
  /** Of the metrics that judge the answers. */
  task_version: number;
  /** Equal for two runs whose answers to this task may stand for one another. */
  key: string;
  /** Ids of the items in their order. */
  items: string[];
}

export interface OpenedRun {
  id: number;
  /** All items are answered and scored. */
  finished: boolean;
}

export interface StoredRun {
  id: number;
  model: string;
  tokenizer_sha256: string;
  options: unknown;
  host: unknown;
  /** Task → version that has judged its samples; 0: several have. */
  versions: Record<string, number>;
}

/** In a transaction: finds the run or makes it, and takes over answers of an equal model to an equal task. */
export function openRun(
  database: Database,
  identity: RunIdentity,
  tasks: readonly RunTask[],
  host: unknown,
): OpenedRun {
  const { model, model_sha256, tokenizer_sha256, harness_version } = identity;
  const fields = [model, model_sha256, tokenizer_sha256, harness_version, JSON.stringify(identity.options)];
  const known = database
    .prepare(
      `SELECT id, status FROM run
       WHERE model = ? AND model_sha256 = ? AND tokenizer_sha256 = ? AND harness_version = ? AND options = ?`,
    )
    .get(...fields) as { id: number; status: string } | undefined;
  const opened = 1 + (database.prepare("SELECT coalesce(max(opened), 0) FROM run").pluck().get() as number);
  if (known !== undefined) {
    database.prepare("UPDATE run SET opened = ?, host = ? WHERE id = ?").run(opened, JSON.stringify(host), known.id);
    const failed = database.prepare("SELECT 1 FROM sample WHERE run_id = ? AND failure IS NOT NULL LIMIT 1");
    return { id: known.id, finished: known.status === "finished" && failed.get(known.id) === undefined };
  }
  const { lastInsertRowid } = database
    .prepare(
      `INSERT INTO run (model, model_sha256, tokenizer_sha256, harness_version, options, created_at, host, opened, status)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running')`,
    )
    .run(...fields, new Date().toISOString(), JSON.stringify(host), opened);
  const id = Number(lastInsertRowid);
  for (const task of tasks) addTask(database, id, task, identity);
  return { id, finished: false };
}

function addTask(database: Database, id: number, { task, task_version, key, items }: RunTask, of: RunIdentity): void {
  const equals = database
    .prepare(
      `SELECT run_id AS run, task_version AS version FROM run_task JOIN run ON run.id = run_id
       WHERE task = ? AND key = ? AND model_sha256 = ? AND tokenizer_sha256 = ? AND harness_version = ? AND run_id <> ?
       ORDER BY run_id`,
    )
    .all(task, key, of.model_sha256, of.tokenizer_sha256, of.harness_version, id) as { run: number; version: number }[];
  const versions = new Set<number>();
  const insert = database.prepare(
    "INSERT INTO run_task (run_id, task, task_version, key, items) VALUES (?, ?, ?, ?, ?)",
  );
  insert.run(id, task, task_version, key, items.length);
  for (const { run, version } of equals) {
    for (const item of items) if (copySample(database, id, run, task, item)) versions.add(version);
  }
  // Answers that other versions have judged are judged again before they count.
  const [first = task_version, second] = versions;
  setVersion(database, id, task, second === undefined ? first : 0);
}

export function setVersion(database: Database, run: number, task: string, version: number): void {
  database.prepare("UPDATE run_task SET task_version = ? WHERE run_id = ? AND task = ?").run(version, run, task);
}

export function versionOf(database: Database, run: number, task: string): number {
  const sql = "SELECT task_version FROM run_task WHERE run_id = ? AND task = ?";
  return database.prepare(sql).pluck().get(run, task) as number;
}

/** All runs, the oldest first. */
export function readRuns(database: Database): StoredRun[] {
  const rows = database.prepare("SELECT id, model, tokenizer_sha256, options, host FROM run ORDER BY id").all();
  const tasks = database.prepare("SELECT task, task_version AS version FROM run_task WHERE run_id = ? ORDER BY rowid");
  return (rows as (Omit<StoredRun, "versions"> & { options: string; host: string })[]).map((row) => {
    const versions = (tasks.all(row.id) as { task: string; version: number }[]).map((one) => [one.task, one.version]);
    const [options, host] = [JSON.parse(row.options) as unknown, JSON.parse(row.host) as unknown];
    return { ...row, options, host, versions: Object.fromEntries(versions) as Record<string, number> };
  });
}
