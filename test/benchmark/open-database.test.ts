import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import Database from "better-sqlite3";
import { mean } from "../../src/benchmark/metrics/mean.js";
import { migrations } from "../../src/benchmark/migrations.js";
import { openDatabase } from "../../src/benchmark/open-database.js";
import { type NewSample, openStore } from "../../src/benchmark/store.js";
import type { JudgedSample } from "../../src/benchmark/task.js";
import { LepError } from "../../src/errors.js";

let folder: string;
before(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lep-store-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const fault = (code: string) => (error: unknown) => {
  assert.ok(error instanceof LepError, String(error));
  assert.equal(error.code, code);
  return true;
};

const identity = (model: string, sha = "m1") => ({
  model,
  model_sha256: sha,
  tokenizer_sha256: "t1",
  harness_version: 1,
  options: { few_shot: 0 },
});
const task = { task: "rummlu", task_version: 1, key: "k1", items: ["0", "1", "2"] };
const sample = (id: string): NewSample => ({
  item_id: id,
  prompt: "p",
  prompt_sha256: "h",
  target: "A",
  output: "B",
  answers: [{ ask: "letter", choice: 1, logProbabilities: [-1, -0.5] }],
  metrics: { accuracy: 0 },
  meta: { category: "x" },
  seconds: 0.25,
});
const scored = {
  name: "rummlu",
  task: {
    version: 1,
    aggregate: (samples: readonly JudgedSample[]) => ({
      accuracy: mean(samples.map(({ metrics }) => metrics.accuracy!)),
    }),
  },
};

test("write-ahead log, foreign keys and the columns of the contract", () => {
  const database = openDatabase(path.join(folder, "new", "results.sqlite"));
  assert.equal(database.pragma("journal_mode", { simple: true }), "wal");
  assert.equal(database.pragma("foreign_keys", { simple: true }), 1);
  assert.equal(database.pragma("user_version", { simple: true }), migrations.length);
  const columns = (table: string): string[] =>
    (database.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name);
  const expected = {
    run: [
      "id",
      "created_at",
      "model",
      "model_sha256",
      "tokenizer_sha256",
      "harness_version",
      "options",
      "host",
      "status",
    ],
    score: ["run_id", "task", "task_version", "metric", "value", "standard_error", "items", "seconds"],
    sample: ["run_id", "task", "item_id", "prompt", "prompt_sha256", "target", "output", "metrics", "seconds"],
  };
  for (const [table, names] of Object.entries(expected)) {
    for (const name of names) assert.ok(columns(table).includes(name), `${table}.${name}`);
  }
  database.close();
});

test("files that are no results database are named and left as they are", () => {
  const text = path.join(folder, "text.sqlite");
  writeFileSync(text, "this is a text and no database at all. ".repeat(100));
  const before = readFileSync(text);
  assert.throws(() => openDatabase(text), fault("benchmark.not_a_database"));
  assert.deepEqual(readFileSync(text), before);

  const newer = path.join(folder, "newer.sqlite");
  const database = new Database(newer);
  database.pragma(`user_version = ${migrations.length + 1}`);
  database.close();
  assert.throws(() => openDatabase(newer), fault("benchmark.newer_database"));

  const foreign = path.join(folder, "foreign.sqlite");
  const other = new Database(foreign);
  other.exec("CREATE TABLE recipe (name TEXT)");
  other.close();
  assert.throws(() => openDatabase(foreign), fault("benchmark.foreign_database"));

  assert.throws(() => openDatabase(path.join(folder, "absent.sqlite"), { existing: true }), LepError);
  assert.throws(() => openDatabase(folder), LepError);
  assert.throws(() => openDatabase(path.join(text, "below.sqlite")), LepError);
});

test("a folder that cannot be written", { skip: process.getuid?.() === 0 && "root may write everywhere" }, () => {
  const locked = path.join(folder, "locked");
  mkdirSync(locked);
  chmodSync(locked, 0o500);
  assert.throws(() => openDatabase(path.join(locked, "results.sqlite")), LepError);
});

test("an equal run is found again, samples are kept once, another model starts anew", () => {
  const file = path.join(folder, "runs.sqlite");
  const store = openStore(file);
  const first = store.openRun(identity("a"), [task], {});
  store.addSamples(first.id, "rummlu", [sample("1"), sample("0")]);
  store.addSamples(first.id, "rummlu", [sample("1")]);
  store.close();

  const again = openStore(file);
  assert.deepEqual(again.openRun(identity("a"), [task], {}), { id: first.id, finished: false });
  assert.deepEqual([...again.answered(first.id, "rummlu")].sort(), ["0", "1"]);
  again.addSamples(first.id, "rummlu", [sample("2")]);
  again.score(first.id, [scored], true);
  assert.equal(again.openRun(identity("a"), [task], {}).finished, true);
  assert.deepEqual(again.samples(first.id, "rummlu").at(-1), {
    item_id: "2",
    answers: [{ ask: "letter", choice: 1, logProbabilities: [-1, -0.5] }],
    metrics: { accuracy: 0 },
    meta: { category: "x" },
    seconds: 0.25,
  });
  const { seconds, items, failures, value } = again.scores(first.id)[0]!;
  assert.deepEqual({ seconds, items, failures, value }, { seconds: 0.75, items: 3, failures: 0, value: 0 });

  // The same weights under another name take the samples over; other weights do not.
  const renamed = again.openRun(identity("b"), [{ ...task, items: ["0", "2"] }], {});
  assert.notEqual(renamed.id, first.id);
  assert.equal(again.answered(renamed.id, "rummlu").size, 2);
  const other = again.openRun(identity("a", "m2"), [task], {});
  assert.equal(again.answered(other.id, "rummlu").size, 0);
  const changed = again.openRun(identity("c"), [{ ...task, key: "k2" }], {});
  assert.equal(again.answered(changed.id, "rummlu").size, 0);
  again.close();
});

test("two connections write to one database", () => {
  const file = path.join(folder, "two.sqlite");
  const one = openStore(file);
  const two = openStore(file);
  const a = one.openRun(identity("a"), [task], {});
  const b = two.openRun(identity("b", "m2"), [task], {});
  for (let i = 0; i < 50; i++) {
    one.addSamples(a.id, "rummlu", [sample(String(i))]);
    two.addSamples(b.id, "rummlu", [sample(String(i))]);
  }
  assert.equal(two.answered(a.id, "rummlu").size, 50);
  assert.equal(one.answered(b.id, "rummlu").size, 50);
  one.close();
  two.close();
});
