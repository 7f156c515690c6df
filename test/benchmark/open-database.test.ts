import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import Database from "better-sqlite3";
import { migrations } from "../../src/benchmark/migrations.js";
import { databaseError, openDatabase } from "../../src/benchmark/open-database.js";
import { openStore } from "../../src/benchmark/store.js";
import { LepError } from "../../src/errors.js";

let folder: string;
before(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lep-store-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** The message names `file`. */
const fault = (code: string, file: string, exitCode: 1 | 2) => (error: unknown) => {
  assert.ok(error instanceof LepError, String(error));
  assert.equal(error.code, code);
  assert.equal(error.exitCode, exitCode);
  assert.ok(error.message.startsWith(`${file} `), error.message);
  return true;
};

const identity = { model: "a", model_sha256: "m", tokenizer_sha256: "t", harness_version: 1, options: {} };
const task = { task: "rummlu", task_version: 1, key: "k", items: ["0"] };

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
    score: ["run_id", "task", "task_version", "metric", "value", "standard_error", "items", "failures", "seconds"],
    sample: [
      "run_id",
      "task",
      "item_id",
      "prompt",
      "prompt_sha256",
      "target",
      "output",
      "metrics",
      "seconds",
      "failure",
    ],
    overlap: ["run_id", "task", "items", "overlapping", "words", "corpus_sha256"],
    measure: ["run_id", "name", "value"],
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
  assert.throws(() => openDatabase(text), fault("benchmark.not_a_database", text, 2));
  assert.deepEqual(readFileSync(text), before);

  const newer = path.join(folder, "newer.sqlite");
  const database = new Database(newer);
  database.pragma(`user_version = ${migrations.length + 1}`);
  database.close();
  assert.throws(() => openDatabase(newer), fault("benchmark.newer_database", newer, 2));

  const foreign = path.join(folder, "foreign.sqlite");
  const other = new Database(foreign);
  other.exec("CREATE TABLE recipe (name TEXT)");
  other.close();
  assert.throws(() => openDatabase(foreign), fault("benchmark.foreign_database", foreign, 2));

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

test("a database of the schema before is brought to the present one, with what it holds", () => {
  const file = path.join(folder, "old.sqlite");
  const old = new Database(file);
  old.exec(migrations[0]!);
  old.pragma("user_version = 1");
  old.exec("INSERT INTO run VALUES (1, '2026', 'a', 'm', 't', 1, '{}', '{}', 'finished', 1)");
  old.exec("INSERT INTO run_task VALUES (1, 'rummlu', 1, 'k', 1)");
  old.exec("INSERT INTO score VALUES (1, 'rummlu', 1, 'accuracy', 0.5, NULL, 1, 2)");
  old.exec("INSERT INTO sample VALUES (1, 'rummlu', '0', 'p', 'h', 'A', 'A', '[]', '{\"accuracy\": 0.5}', '{}', 2)");
  old.close();
  const store = openStore(file);
  assert.deepEqual(store.openRun(identity, [task], {}), { id: 1, finished: true });
  assert.equal(store.scores(1)[0]!.failures, 0);
  assert.deepEqual([...store.answered(1, "rummlu")], ["0"]);
  store.close();
  const now = new Database(file, { readonly: true });
  assert.equal(now.pragma("user_version", { simple: true }), migrations.length);
  now.close();
});

test("a damaged database is named, whatever part of it is broken", () => {
  const whole = path.join(folder, "whole.sqlite");
  const store = openStore(whole);
  const { id } = store.openRun(identity, [task], {});
  const text = "слово ".repeat(2000);
  const sample = { prompt: text, prompt_sha256: "h", target: "A", output: text, answers: [], metrics: {}, meta: {} };
  for (let i = 0; i < 50; i++) store.addSamples(id, "rummlu", [{ ...sample, item_id: String(i), seconds: 0 }]);
  store.close();
  const bytes = readFileSync(whole);
  const useAll = (file: string): void => {
    const opened = openStore(file);
    try {
      const run = opened.openRun(identity, [task], {});
      opened.samples(run.id, "rummlu");
      opened.failures(run.id);
      opened.scores(run.id);
    } finally {
      opened.close();
    }
  };
  for (const [name, broken] of [
    ["cut-in-header", bytes.subarray(0, 60)],
    ["cut", bytes.subarray(0, bytes.length >> 1)],
    ["cut-in-page", bytes.subarray(0, 4096 + 100)],
    ["zeros", Buffer.concat([bytes.subarray(0, 100), Buffer.alloc(bytes.length - 100)])],
    ["noise", Buffer.concat([bytes.subarray(0, 4096), Buffer.from(bytes.subarray(4096)).fill(0x5a)])],
  ] as const) {
    const file = path.join(folder, `${name}.sqlite`);
    writeFileSync(file, broken);
    assert.throws(() => useAll(file), fault("benchmark.damaged_database", file, 2), name);
  }
});

test("a full disk: the message names the file, exit 1, and what was there before stays", () => {
  const file = path.join(folder, "full.sqlite");
  const database = openDatabase(file);
  const pages = database.pragma("page_count", { simple: true }) as number;
  database.pragma(`max_page_count = ${pages + 4}`);
  const insert = database.prepare("INSERT INTO run VALUES (?, '', 'a', 'm', 't', 1, ?, '{}', 'running', 1)");
  insert.run(1, "{}");
  const fill = database.transaction(() => insert.run(2, "x".repeat(100_000)));
  let caught: unknown;
  try {
    fill.immediate();
  } catch (error) {
    caught = databaseError(file, error);
  }
  assert.ok(fault("benchmark.disk_full", file, 1)(caught));
  assert.deepEqual(database.prepare("SELECT id FROM run").pluck().all(), [1]);
  assert.equal(database.pragma("integrity_check", { simple: true }), "ok");
  database.close();
});
