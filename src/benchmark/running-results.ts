/** A results database as it stands while others write it. */
import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import { tasks } from "./registry.js";
import type { Task } from "./task.js";

export interface RunningResults {
  /** By model and task, in the order in which they began. `score`: of the task's own metric, once it is done. */
  counts: { model: string; task: string; samples: number; score: number | null }[];
  /** The newest first; texts shortened. */
  latest: { model: string; task: string; prompt: string; output: string }[];
}

const longest = 600;

/** Undefined where there is no database yet, or none that can be read at this moment. */
export function runningResults(file: string, most: number): RunningResults | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: 200 });
    try {
      const samples = db
        .prepare(
          `SELECT run.id AS run, run.model, sample.task, count(*) AS samples
           FROM sample JOIN run ON run.id = sample.run_id GROUP BY run.id, sample.task ORDER BY min(sample.rowid)`,
        )
        .all() as { run: number; model: string; task: string; samples: number }[];
      const score = db.prepare("SELECT value FROM score WHERE run_id = ? AND task = ? AND metric = ?").pluck();
      const counts = samples.map(({ run, ...count }) => {
        const metric = (tasks as Record<string, Task>)[count.task]?.metric;
        return { ...count, score: (score.get(run, count.task, metric) as number | undefined) ?? null };
      });
      const latest = db
        .prepare(
          `SELECT run.model, sample.task, substr(sample.prompt, -@longest) AS prompt, substr(sample.output, 1, @longest) AS output
           FROM sample JOIN run ON run.id = sample.run_id ORDER BY sample.rowid DESC LIMIT @most`,
        )
        .all({ longest, most }) as RunningResults["latest"];
      return { counts, latest };
    } finally {
      db.close();
    }
  } catch {
    return undefined;
  }
}
