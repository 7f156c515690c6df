/** Runs, samples and scores in the results database. A sample is there when the call that adds it has returned. */
import type { Database, Statement } from "better-sqlite3";
import type { Score } from "./metrics/mean.js";
import { databaseError, openDatabase } from "./open-database.js";
import type { Answer, JudgedSample } from "./task.js";

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
  task_version: number;
  /** Equal for two runs whose samples of this task may stand for one another. */
  key: string;
  /** Ids of the items in their order. */
  items: string[];
}

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
}

export interface Store {
  /** Finds the run or makes it, and takes over samples that an equal model has answered before. */
  openRun(identity: RunIdentity, tasks: readonly RunTask[], host: unknown): { id: number; finished: boolean };
  /** Ids of the items that have been answered. */
  answered(run: number, task: string): Set<string>;
  /** In one transaction; an item that another process has answered meanwhile stays as it is. */
  addSamples(run: number, task: string, samples: readonly NewSample[]): void;
  samples(run: number, task: string): JudgedSample[];
  setScores(run: number, task: string, version: number, scores: Record<string, Score>, seconds: number): void;
  scores(run: number): StoredScore[];
  finish(run: number): void;
  close(): void;
}

export interface StoredScore extends Score {
  task: string;
  task_version: number;
  metric: string;
  seconds: number;
}

/** Throws `BenchmarkError`, here and in every method, naming the file. */
export function openStore(file: string): Store {
  const database = openDatabase(file);
  const guarded = <A extends unknown[], R>(work: (...args: A) => R): ((...args: A) => R) => {
    return (...args) => {
      try {
        return work(...args);
      } catch (cause) {
        throw databaseError(file, cause);
      }
    };
  };
  const insertSample = prepareInsert(database, file);
  const addSamples = database.transaction((run: number, task: string, samples: readonly NewSample[]) => {
    for (const sample of samples) {
      insertSample.run(
        run,
        task,
        sample.item_id,
        sample.prompt,
        sample.prompt_sha256,
        sample.target,
        sample.output,
        JSON.stringify(sample.answers),
        JSON.stringify(sample.metrics),
        JSON.stringify(sample.meta),
        sample.seconds,
      );
    }
  });
  const setScores = database.transaction(
    (run: number, task: string, version: number, scores: Record<string, Score>, seconds: number) => {
      database.prepare("DELETE FROM score WHERE run_id = ? AND task = ?").run(run, task);
      const insert = database.prepare(
        `INSERT INTO score (run_id, task, task_version, metric, value, standard_error, items, seconds)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      );
      for (const [metric, { value, standard_error, items }] of Object.entries(scores)) {
        insert.run(run, task, version, metric, value, standard_error, items, seconds);
      }
    },
  );
  return {
    openRun: guarded((identity, tasks, host) => {
      const open = database.transaction(() => findOrMakeRun(database, identity, tasks, host));
      return open.immediate();
    }),
    answered: guarded((run, task) => {
      const rows = database.prepare("SELECT item_id FROM sample WHERE run_id = ? AND task = ?").pluck().all(run, task);
      return new Set(rows as string[]);
    }),
    addSamples: guarded((run, task, samples) => addSamples.immediate(run, task, samples)),
    samples: guarded((run, task) => {
      const rows = database
        .prepare("SELECT item_id, metrics, meta, seconds FROM sample WHERE run_id = ? AND task = ?")
        .all(run, task) as { item_id: string; metrics: string; meta: string; seconds: number }[];
      // In the order of the items, so that sums do not depend on which answer came first.
      rows.sort((a, b) => Number(a.item_id) - Number(b.item_id));
      return rows.map(({ metrics, meta, seconds }) => ({
        metrics: JSON.parse(metrics) as Record<string, number>,
        meta: JSON.parse(meta) as Record<string, unknown>,
        seconds,
      }));
    }),
    setScores: guarded((run, task, version, scores, seconds) =>
      setScores.immediate(run, task, version, scores, seconds),
    ),
    scores: guarded((run) => {
      const sql =
        "SELECT task, task_version, metric, value, standard_error, items, seconds FROM score WHERE run_id = ? ORDER BY rowid";
      return database.prepare(sql).all(run) as StoredScore[];
    }),
    finish: guarded((run) => void database.prepare("UPDATE run SET status = 'finished' WHERE id = ?").run(run)),
    close: () => database.close(),
  };
}

/** Fails where the tables are not what the schema's version says. */
function prepareInsert(database: Database, file: string): Statement {
  try {
    return database.prepare(
      `INSERT OR IGNORE INTO sample
         (run_id, task, item_id, prompt, prompt_sha256, target, output, answers, metrics, meta, seconds)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
  } catch (cause) {
    database.close();
    throw databaseError(file, cause);
  }
}

function findOrMakeRun(
  database: Database,
  identity: RunIdentity,
  tasks: readonly RunTask[],
  host: unknown,
): { id: number; finished: boolean } {
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
    database.prepare("UPDATE run SET opened = ? WHERE id = ?").run(opened, known.id);
    return { id: known.id, finished: known.status === "finished" };
  }
  const { lastInsertRowid } = database
    .prepare(
      `INSERT INTO run (model, model_sha256, tokenizer_sha256, harness_version, options, created_at, host, opened, status)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running')`,
    )
    .run(...fields, new Date().toISOString(), JSON.stringify(host), opened);
  const id = Number(lastInsertRowid);
  const insertTask = database.prepare(
    "INSERT INTO run_task (run_id, task, task_version, key, items) VALUES (?, ?, ?, ?, ?)",
  );
  const copySample = database.prepare(
    `INSERT OR IGNORE INTO sample
       (run_id, task, item_id, prompt, prompt_sha256, target, output, answers, metrics, meta, seconds)
     SELECT ?, task, item_id, prompt, prompt_sha256, target, output, answers, metrics, meta, seconds
     FROM sample WHERE run_id = ? AND task = ? AND item_id = ?`,
  );
  const findEqual = database
    .prepare(
      `SELECT run_id FROM run_task JOIN run ON run.id = run_id
       WHERE task = ? AND key = ? AND model_sha256 = ? AND tokenizer_sha256 = ? AND harness_version = ? AND run_id <> ?`,
    )
    .pluck();
  for (const { task, task_version, key, items } of tasks) {
    insertTask.run(id, task, task_version, key, items.length);
    for (const equal of findEqual.all(task, key, model_sha256, tokenizer_sha256, harness_version, id)) {
      for (const item of items) copySample.run(id, equal, task, item);
    }
  }
  return { id, finished: false };
}
