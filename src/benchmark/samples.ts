/** Rows of the table `sample`: one answered or failed item of a run each. */
import type { Database } from "better-sqlite3";
import { BenchmarkError } from "../errors.js";
import type { Answer, JudgedSample } from "./task.js";

export interface NewSample {
  item_id: string;
  prompt: string;
  prompt_sha256: string;
  target: string;
  output: string;
  answers: readonly Answer[];
  metrics: Record<string, number>;
  meta: Record<string, unknown>;
  seconds: number;
  /** Why there is no answer; `answers` and `metrics` are empty then. */
  failure?: string;
}

export interface StoredSample extends JudgedSample {
  item_id: string;
  /** All that a metric of a later version may ask for. */
  answers: Answer[];
}

/** What a newer version of a task makes of a stored answer. */
export interface Judgement {
  item_id: string;
  target: string;
  metrics: Record<string, number>;
}

const columns = "prompt, prompt_sha256, target, output, answers, metrics, meta, seconds, failure".split(", ");

/** In a transaction. Answered items stay as they are, failed ones are replaced. Returns how many rows are new or other than before. */
export function addSamples(database: Database, run: number, task: string, samples: readonly NewSample[]): number {
  const insert = database.prepare(
    `INSERT INTO sample (run_id, task, item_id, ${columns.join(", ")}) VALUES (?, ?, ?${", ?".repeat(columns.length)})
     ON CONFLICT DO UPDATE SET ${columns.map((name) => `${name} = excluded.${name}`).join(", ")}
     WHERE sample.failure IS NOT NULL`,
  );
  let changed = 0;
  for (const sample of samples) {
    const { item_id, prompt, prompt_sha256, target, output, answers, metrics, meta, seconds, failure } = sample;
    const json = [toJson(answers), metricsJson(task, item_id, metrics), JSON.stringify(meta)];
    const values = [prompt, prompt_sha256, target, output, ...json, seconds, failure ?? null];
    changed += insert.run(run, task, item_id, ...values).changes;
  }
  return changed;
}

/** Copies the answered one of `from` that `run` does not have. Returns whether there was one. */
export function copySample(database: Database, run: number, from: number, task: string, item: string): boolean {
  const names = ["task", "item_id", ...columns].join(", ");
  const copy = database.prepare(
    `INSERT OR IGNORE INTO sample (run_id, ${names})
     SELECT ?, ${names} FROM sample WHERE run_id = ? AND task = ? AND item_id = ? AND failure IS NULL`,
  );
  return copy.run(run, from, task, item).changes > 0;
}

/** Answered ones, in the order of the items, so that sums do not depend on which answer came first. */
export function readSamples(database: Database, run: number, task: string): StoredSample[] {
  const sql = `SELECT item_id, answers, metrics, meta, seconds FROM sample WHERE run_id = ? AND task = ? AND failure IS NULL`;
  const rows = database.prepare(sql).all(run, task) as Record<"item_id" | "answers" | "metrics" | "meta", string>[];
  rows.sort((a, b) => Number(a.item_id) - Number(b.item_id) || (a.item_id < b.item_id ? -1 : 1));
  return rows.map((row) => ({
    item_id: row.item_id,
    answers: fromJson(row.answers),
    metrics: JSON.parse(row.metrics) as Record<string, number>,
    meta: JSON.parse(row.meta) as Record<string, unknown>,
    seconds: (row as unknown as { seconds: number }).seconds,
  }));
}

/** The items without an answer. */
export function readFailed(database: Database, run: number, task: string): Pick<JudgedSample, "meta">[] {
  const sql = "SELECT meta FROM sample WHERE run_id = ? AND task = ? AND failure IS NOT NULL ORDER BY rowid";
  const rows = database.prepare(sql).pluck().all(run, task) as string[];
  return rows.map((meta) => ({ meta: JSON.parse(meta) as Record<string, unknown> }));
}

/** In a transaction. */
export function replaceJudgements(database: Database, run: number, task: string, judged: readonly Judgement[]): void {
  const update = database.prepare(
    "UPDATE sample SET metrics = ?, target = ? WHERE run_id = ? AND task = ? AND item_id = ? AND failure IS NULL",
  );
  for (const { item_id, metrics, target } of judged) {
    update.run(metricsJson(task, item_id, metrics), target, run, task, item_id);
  }
}

/** JSON would make null of a number that is none, and that a zero in the sum. */
function metricsJson(task: string, item: string, metrics: Record<string, number>): string {
  const odd = Object.keys(metrics).find((name) => !Number.isFinite(metrics[name]));
  if (odd === undefined) return JSON.stringify(metrics);
  throw new BenchmarkError("benchmark.not_finite", `${task}: ${odd} of item ${item} is ${metrics[odd]}`, {
    exitCode: 1,
  });
}

/** A choice that cannot be has the log-probability -Infinity, which JSON does not know. */
const toJson = (answers: readonly Answer[]): string =>
  JSON.stringify(answers, (_, value) => (value === Number.NEGATIVE_INFINITY ? "-Infinity" : value));

const fromJson = (text: string): Answer[] =>
  JSON.parse(text, (key, value) => (value === "-Infinity" && /^\d+$/.test(key) ? Number.NEGATIVE_INFINITY : value));
