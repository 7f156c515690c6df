/** The results database: opened to go on with a run, and read for the leaderboard. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import Database from "better-sqlite3";
import { leaderboard } from "../../../src/benchmark/leaderboard.js";
import { tasks } from "../../../src/benchmark/registry.js";
import { openStore } from "../../../src/benchmark/store.js";
import type { FuzzReader, Input } from "../fuzz-reader.js";
import { inputOf } from "../seed-folder.js";

const identity = (model: string) => ({
  ...{ model, model_sha256: "m", tokenizer_sha256: "t", harness_version: 1, options: { few_shot: 0 } },
});
const task = { task: "rummlu", task_version: 1, key: "k", items: ["0", "1", "2", "3"] };

function resultsDatabase(work: string): Input {
  const file = path.join(work, "results.sqlite");
  const store = openStore(file);
  for (const model of ["a", "b"]) {
    const { id } = store.openRun(identity(model), [task], { threads: 2 });
    const samples = task.items.map((item_id) => ({
      ...{ item_id, prompt: "p", prompt_sha256: "h", target: "A", output: "B", answers: [] },
      ...{ metrics: { accuracy: 1 }, meta: { category: "x" }, seconds: 0.25 },
    }));
    store.addSamples(id, "rummlu", samples);
    store.score(id, [{ name: "rummlu", task: tasks.rummlu }], true);
  }
  store.close();
  const database = new Database(file);
  database.pragma("journal_mode = DELETE");
  // Small pages: damage is more often in a record than in empty space.
  database.pragma("page_size = 512");
  database.exec("VACUUM");
  database.close();
  const input = inputOf(work);
  rmSync(file);
  return input;
}

function foreignTables(work: string, sql: string): Input {
  const file = path.join(work, "results.sqlite");
  const database = new Database(file);
  database.exec(sql);
  database.close();
  const input = inputOf(work);
  rmSync(file);
  return input;
}

const boardFiles = ["leaderboard.csv", "leaderboard.html", "leaderboard.json", "leaderboard.md"];

export const databaseReaders = {
  "results-database": {
    seeds: (work) => [resultsDatabase(work)],
    read(input, out) {
      const db = path.join(input, "results.sqlite");
      const store = openStore(db);
      try {
        const { id } = store.openRun(identity("a"), [task], {});
        store.answered(id, "rummlu");
        store.samples(id, "rummlu");
        store.scores(id);
      } finally {
        store.close();
      }
      leaderboard({ db, out });
    },
    fault(out, failed) {
      const files = existsSync(out) ? readdirSync(out).sort() : [];
      if (files.length === 0 || (!failed && files.join() === boardFiles.join())) return undefined;
      return `${failed ? "failed" : "taken"}, and ${files.join(" ")} are there`;
    },
    slowness: 10,
  },
  "foreign-database": {
    seeds: (work) => [
      foreignTables(work, "CREATE TABLE recipe (name TEXT); INSERT INTO recipe VALUES ('x')"),
      foreignTables(work, "CREATE TABLE run (id INTEGER PRIMARY KEY, model TEXT); PRAGMA user_version = 1"),
    ],
    // Refused as they are: what is looked for is another way to fail.
    read(input, out) {
      try {
        leaderboard({ db: path.join(input, "results.sqlite"), out });
      } catch (error) {
        if (!/of something else than lep|lacks|cannot be used/.test((error as Error).message)) throw error;
      }
    },
    slowness: 10,
  },
} as const satisfies Record<string, FuzzReader>;
