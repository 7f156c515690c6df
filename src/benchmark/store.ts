/**
 * Runs, samples and scores in the results database. A sample is there when the call that adds it has returned, even if the
 * process is killed or the power fails then. Several processes may write: each call is one transaction, and two of them
 * that answer the same item leave the first answer.
 */
import type { Score } from "./metrics/mean.js";
import { databaseError, openDatabase } from "./open-database.js";
import {
  type OpenedRun,
  openRun,
  type RunIdentity,
  type RunTask,
  readRuns,
  type StoredRun,
  setVersion,
  versionOf,
} from "./runs.js";
import {
  addSamples,
  type Judgement,
  type NewSample,
  readFailed,
  readSamples,
  replaceJudgements,
  type StoredSample,
} from "./samples.js";
import type { Task } from "./task.js";

export type { RunIdentity, RunTask, StoredRun } from "./runs.js";
export type { Judgement, NewSample, StoredSample } from "./samples.js";

export interface Store {
  /** Finds the run or makes it, and takes over samples that an equal model has answered before. */
  openRun(identity: RunIdentity, tasks: readonly RunTask[], host: unknown): OpenedRun;
  runs(): StoredRun[];
  /** Ids of the items that have been answered; failed ones are not among them. */
  answered(run: number, task: string): Set<string>;
  /** An item that has been answered stays as it is, a failed one is replaced. A finished run is none any more. */
  addSamples(run: number, task: string, samples: readonly NewSample[]): void;
  /** The answered ones, in the order of the items. */
  samples(run: number, task: string): StoredSample[];
  failures(run: number): Failure[];
  /** Version of the metrics that have judged the samples; 0: several have. */
  versionOf(run: number, task: string): number;
  /** Replaces metrics and targets; the task's version has judged from now on. Scores that are there are made anew. */
  judge(run: number, task: ScoredTask, judged: readonly Judgement[]): void;
  /** Scores of the samples as they are now replace those before. `finished`: the run has no other tasks. */
  score(run: number, tasks: readonly ScoredTask[], finished: boolean): void;
  scores(run: number): StoredScore[];
  /** Of the text with this hash; null: of no text of its own. */
  setMeasures(run: number, measures: Readonly<Record<string, number>>, text_sha256: string | null): void;
  measures(run: number): Measure[];
  setOverlap(run: number, rows: readonly Overlap[]): void;
  overlap(run: number): Overlap[];
  close(): void;
}

export interface ScoredTask {
  name: string;
  task: Pick<Task, "version" | "aggregate">;
}

export interface StoredScore extends Score {
  task: string;
  task_version: number;
  metric: string;
  /** Items without an answer. */
  failures: number;
  seconds: number;
}

export interface Failure {
  task: string;
  item_id: string;
  failure: string;
}

export interface Measure {
  name: string;
  value: number;
  text_sha256: string | null;
}

export interface Overlap {
  task: string;
  items: number;
  /** Items with an n-gram of so many words in the training text. */
  overlapping: number;
  words: number;
  corpus_sha256: string;
}

/** Throws `BenchmarkError`, here and in every method, naming the file. `existing`: the file must be there. */
export function openStore(file: string, { existing = false } = {}): Store {
  const database = openDatabase(file, { existing });
  /** One transaction for each call; its faults name the file. */
  const writing = <A extends unknown[], R>(work: (...args: A) => R): ((...args: A) => R) => {
    const transaction = database.transaction(work);
    return reading((...args: A) => transaction.immediate(...args));
  };
  const reading = <A extends unknown[], R>(work: (...args: A) => R): ((...args: A) => R) => {
    return (...args) => {
      try {
        return work(...args);
      } catch (cause) {
        throw databaseError(file, cause);
      }
    };
  };
  const setStatus = (run: number, status: "running" | "finished"): void =>
    void database.prepare("UPDATE run SET status = ? WHERE id = ?").run(status, run);

  const scoreTask = (run: number, { name, task }: ScoredTask): void => {
    database.prepare("DELETE FROM score WHERE run_id = ? AND task = ?").run(run, name);
    const samples = readSamples(database, run, name);
    if (samples.length === 0) return;
    const failed = readFailed(database, run, name);
    const seconds = samples.reduce((sum, sample) => sum + sample.seconds, 0);
    const insert = database.prepare(
      `INSERT INTO score (run_id, task, task_version, metric, value, standard_error, items, failures, seconds)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const [metric, { value, standard_error, items }] of Object.entries(task.aggregate(samples, failed))) {
      insert.run(run, name, task.version, metric, value, standard_error, items, failed.length, seconds);
    }
  };
  const all = <Row>(sql: string): ((run: number) => Row[]) => reading((run) => database.prepare(sql).all(run) as Row[]);

  return {
    openRun: writing((identity, tasks, host) => openRun(database, identity, tasks, host)),
    runs: reading(() => readRuns(database)),
    answered: reading((run, task) => {
      const sql = "SELECT item_id FROM sample WHERE run_id = ? AND task = ? AND failure IS NULL";
      return new Set(database.prepare(sql).pluck().all(run, task) as string[]);
    }),
    addSamples: writing((run, task, samples) => {
      if (addSamples(database, run, task, samples) > 0) setStatus(run, "running");
    }),
    samples: reading((run, task) => readSamples(database, run, task)),
    failures: all("SELECT task, item_id, failure FROM sample WHERE run_id = ? AND failure IS NOT NULL ORDER BY rowid"),
    versionOf: reading((run, task) => versionOf(database, run, task)),
    judge: writing((run, task, judged) => {
      replaceJudgements(database, run, task.name, judged);
      setVersion(database, run, task.name, task.task.version);
      const scored = database.prepare("SELECT 1 FROM score WHERE run_id = ? AND task = ? LIMIT 1").get(run, task.name);
      if (scored !== undefined) scoreTask(run, task);
    }),
    score: writing((run, tasks, finished) => {
      for (const task of tasks) scoreTask(run, task);
      if (finished) setStatus(run, "finished");
    }),
    scores: all(
      `SELECT task, task_version, metric, value, standard_error, items, failures, seconds FROM score
       WHERE run_id = ? ORDER BY rowid`,
    ),
    setMeasures: writing((run, measures, text_sha256) => {
      const put = database.prepare(
        "INSERT OR REPLACE INTO measure (run_id, name, value, text_sha256) VALUES (?, ?, ?, ?)",
      );
      for (const [name, value] of Object.entries(measures)) put.run(run, name, value, text_sha256);
    }),
    measures: all("SELECT name, value, text_sha256 FROM measure WHERE run_id = ? ORDER BY name"),
    setOverlap: writing((run, rows) => {
      const put = database.prepare(
        `INSERT OR REPLACE INTO overlap (run_id, task, items, overlapping, words, corpus_sha256) VALUES (?, ?, ?, ?, ?, ?)`,
      );
      for (const row of rows) put.run(run, row.task, row.items, row.overlapping, row.words, row.corpus_sha256);
    }),
    overlap: all("SELECT task, items, overlapping, words, corpus_sha256 FROM overlap WHERE run_id = ? ORDER BY rowid"),
    close: () => database.close(),
  };
}
