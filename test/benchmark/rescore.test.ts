import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, afterEach, before, test } from "node:test";
import Database from "better-sqlite3";
import { type EvaluateOptions, evaluate } from "../../src/benchmark/evaluate.js";
import { tasks as registry } from "../../src/benchmark/registry.js";
import { rescore } from "../../src/benchmark/rescore.js";
import { asChoice, type Task } from "../../src/benchmark/task.js";
import { LepError } from "../../src/errors.js";
import { writeTinyBenchmark } from "./tiny-benchmark.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-rescore-"));
const model = path.join(folder, "model");
const data = path.join(folder, "data");
const scored = path.join(folder, "scored.sqlite");
const limit = 6;
after(() => rmSync(folder, { recursive: true, force: true }));

const options = (more: Partial<EvaluateOptions> = {}): EvaluateOptions => ({
  ...{ model, data, db: scored, name: "a", tasks: ["rummlu", "cp_sent_ru"], limit },
  compute: { device: "cpu", threads: 1 },
  ...more,
});

before(async () => {
  writeTinyBenchmark(model, data, 10);
  await evaluate(options());
  await evaluate(options({ name: "b", few_shot: 1, tasks: ["rummlu"] }));
});

/** A later version of lep, in which these tasks are others. */
const originals = new Map<Task, Task>();
function change(name: keyof typeof registry, changes: Partial<Task>): void {
  const task: Task = registry[name];
  if (!originals.has(task)) originals.set(task, { ...task });
  Object.assign(task, changes);
}
afterEach(() => {
  for (const [task, before] of originals) Object.assign(task, before);
  originals.clear();
});

/** The second choice counts instead of the gold one. */
const old = registry.rummlu.version;
const newer: Partial<Task> = {
  version: old + 1,
  judge: async (_, answers) => ({ accuracy: asChoice(answers[0]).choice === 1 ? 1 : 0 }),
};

function copied(name: string): string {
  const db = path.join(folder, `${name}.sqlite`);
  cpSync(scored, db);
  return db;
}

const answersOf = (db: string): unknown => {
  const database = new Database(db, { readonly: true });
  const rows = database.prepare("SELECT run_id, task, item_id, prompt, output, answers, seconds FROM sample").all();
  assert.equal(database.pragma("integrity_check", { simple: true }), "ok");
  database.close();
  return rows;
};

test("stored answers are judged by a newer metric in every run, and nothing else changes", async () => {
  const db = copied("newer");
  assert.deepEqual(await rescore({ db }), [], "the present versions have judged");
  const before = answersOf(db);
  change("rummlu", newer);
  const all = await rescore({ db });
  assert.deepEqual(
    all.map(({ model: name, task, from, to, answers }) => [name, task, from, to, answers]),
    [
      ["a", "rummlu", old, old + 1, limit],
      ["b", "rummlu", old, old + 1, limit],
    ],
  );
  assert.deepEqual(answersOf(db), before);
  const database = new Database(db, { readonly: true });
  for (const { run, before: was, after: is } of all) {
    const samples = database
      .prepare("SELECT answers, metrics FROM sample WHERE run_id = ? AND task = 'rummlu'")
      .all(run) as { answers: string; metrics: string }[];
    const second = samples.map(({ answers }) => (JSON.parse(answers)[0].choice === 1 ? 1 : 0));
    assert.deepEqual(
      samples.map(({ metrics }) => JSON.parse(metrics)),
      second.map((accuracy) => ({ accuracy })),
    );
    assert.equal(is.accuracy, second.reduce<number>((sum, value) => sum + value, 0) / limit);
    assert.ok("accuracy" in was);
  }
  const versions = "SELECT DISTINCT task_version FROM score WHERE task = ?";
  assert.deepEqual(database.prepare(versions).pluck().all("rummlu"), [old + 1]);
  assert.deepEqual(database.prepare(versions).pluck().all("cp_sent_ru"), [registry.cp_sent_ru.version]);
  database.close();
  assert.deepEqual(await rescore({ db }), []);

  // The run is the one that a new evaluation finds: no model is asked.
  let asked = 0;
  const reused = await evaluate(options({ db }), () => asked++);
  assert.equal(asked, 0);
  assert.equal(reused.tasks.rummlu!.accuracy, all[0]!.after.accuracy);
});

test("an evaluation judges answers of an older version again, without asking", async () => {
  const db = copied("evaluated");
  change("rummlu", newer);
  let asked = 0;
  const result = await evaluate(options({ db }), () => asked++);
  assert.equal(asked, 0);
  const [expected] = await rescore({ db: copied("rescored"), name: "a" });
  assert.deepEqual(result.tasks.rummlu, expected!.after);
  // Under another name the answers are taken over, and judged by the present version.
  const renamed = await evaluate(options({ db: copied("renamed"), name: "c" }), () => asked++);
  assert.equal(asked, 0);
  assert.deepEqual(renamed.tasks, result.tasks);
});

test("names and tasks choose; an interrupted rescoring goes on with what is left", async () => {
  const db = copied("chosen");
  change("rummlu", newer);
  change("cp_sent_ru", { version: 100 });
  assert.deepEqual(await rescore({ db, name: "b", tasks: ["cp_sent_ru"] }), []);
  const controller = new AbortController();
  await assert.rejects(
    rescore({ db, signal: controller.signal }, () => controller.abort()),
    (error: unknown) => error instanceof LepError && error.code === "run.interrupted",
  );
  const rest = await rescore({ db });
  // The copy task counts tokens: its tokenizer is found where the run had it.
  assert.deepEqual(
    rest.map(({ model: name, task }) => [name, task]),
    [
      ["a", "cp_sent_ru"],
      ["b", "rummlu"],
    ],
  );
  assert.deepEqual(rest[0]!.after, { ...rest[0]!.before });
});

test("what cannot be scored again is named, all at once, and nothing changes", async () => {
  const db = copied("faults");
  const before = answersOf(db);
  const rejects = (more: object, ...parts: RegExp[]) =>
    assert.rejects(rescore({ db, ...more }), (error: unknown) => {
      assert.ok(error instanceof LepError && error.exitCode === 2, String(error));
      for (const part of parts) assert.match(error.message, part);
      return true;
    });
  await rejects({ name: "nobody" }, /faults\.sqlite holds no run of nobody/);
  const { questions } = registry.rummlu;
  change("rummlu", {
    version: old + 1,
    questions: ({ messages }) => [{ ask: "letter", messages, choices: ["A", "B"] }],
  });
  await rejects({}, /run 1 \(a\), rummlu: it has answered other questions/, /run 2 \(b\), rummlu/);
  // Few-shot examples show the gold answer: another one is another question, for run 2 only.
  change("rummlu", { ...newer, questions, target: () => "B" });
  await rejects({}, /again\n {2}run 2 \(b\), rummlu: it has answered other questions/);
  const other = path.join(folder, "other");
  writeTinyBenchmark(path.join(folder, "other-model"), other, 11);
  await rejects({ data: other }, /run 1 \(a\), rummlu: it has answered other items/);
  await rejects({ data: path.join(folder, "nowhere") }, /nowhere/);
  assert.deepEqual(answersOf(db), before);
});

test("a tokenizer that is gone is asked for", async () => {
  const db = copied("tokenizer");
  const database = new Database(db);
  database.exec("UPDATE run SET host = json_set(host, '$.tokenizer', '/nowhere')");
  database.close();
  change("cp_sent_ru", { version: 100 });
  await assert.rejects(
    rescore({ db }),
    (error: unknown) =>
      error instanceof LepError && error.code === "benchmark.no_tokenizer" && /run 1/.test(error.message),
  );
  assert.equal((await rescore({ db, tokenizer: model })).length, 1);
});
