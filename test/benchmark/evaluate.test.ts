import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import Database from "better-sqlite3";
import { type EvaluateOptions, evaluate } from "../../src/benchmark/evaluate.js";
import { leaderboard } from "../../src/benchmark/leaderboard.js";
import type { TaskName } from "../../src/benchmark/registry.js";
import { LepError } from "../../src/errors.js";
import { exportGguf } from "../../src/model/gguf/export-gguf.js";
import { writeTinyBenchmark } from "./tiny-benchmark.js";

let folder: string;
let model: string;
let data: string;
const tasks: TaskName[] = ["rummlu", "cp_sent_ru", "cp_para_ru", "world_ru"];
const itemsOfTask = 45;

before(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lep-evaluate-"));
  model = path.join(folder, "model");
  data = path.join(folder, "data");
  writeTinyBenchmark(model, data, itemsOfTask);
});
after(() => rmSync(folder, { recursive: true, force: true }));

const options = (db: string, more: Partial<EvaluateOptions> = {}): EvaluateOptions => ({
  model,
  name: "random",
  tasks,
  data,
  db: path.join(folder, db),
  compute: { device: "cpu", threads: 2 },
  ...more,
});

/** All that must not differ between two ways to the same scores. */
function content(db: string): unknown {
  const database = new Database(path.join(folder, db), { readonly: true });
  const samples = database
    .prepare(
      `SELECT run_id, task, item_id, prompt, prompt_sha256, target, output, answers, metrics FROM sample
       ORDER BY run_id, task, CAST(item_id AS INTEGER)`,
    )
    .all();
  const scores = database
    .prepare(
      "SELECT task, metric, value, standard_error, items FROM score WHERE metric <> 'characters_per_second' ORDER BY task, metric",
    )
    .all();
  assert.equal(database.pragma("integrity_check", { simple: true }), "ok");
  database.close();
  return { samples, scores };
}

test("a model folder is scored, an interrupted run goes on where it was, and a finished one is reused", async () => {
  const whole = await evaluate(options("whole.sqlite", { parallel: 3 }));
  assert.deepEqual(Object.keys(whole.tasks).sort(), [...tasks].sort());
  assert.equal(whole.datasets, 3);
  assert.equal(whole.micro, null);
  assert.ok(whole.groups.DaruCopy_RU !== null && whole.groups.DaruMMLU === null);
  for (const values of Object.values(whole.tasks)) {
    for (const value of Object.values(values)) assert.ok(Number.isFinite(value) && value >= 0);
  }
  const { samples } = content("whole.sqlite") as { samples: unknown[] };
  assert.equal(samples.length, tasks.length * itemsOfTask);

  // Interrupted in the midst of the second task, where the first samples of it are there.
  const controller = new AbortController();
  let seen = 0;
  const interrupted = evaluate(
    options("resumed.sqlite", { signal: controller.signal, parallel: 8 }),
    ({ task, done }) => {
      seen++;
      if (task.endsWith("cp_sent_ru") && done > 0) controller.abort();
    },
  );
  await assert.rejects(interrupted, (error: unknown) => {
    assert.ok(error instanceof LepError && error.code === "run.interrupted", String(error));
    return true;
  });
  assert.ok(seen > 0);
  const kept = (content("resumed.sqlite") as { samples: unknown[] }).samples.length;
  assert.ok(kept > itemsOfTask && kept <= 2 * itemsOfTask, String(kept));
  let asked = 0;
  const resumed = await evaluate(options("resumed.sqlite", { parallel: 1 }), ({ task, done }) => {
    if (task.endsWith("cp_sent_ru")) assert.ok(done > kept - itemsOfTask);
    asked++;
  });
  assert.ok(asked > 0);
  assert.deepEqual(content("resumed.sqlite"), content("whole.sqlite"));
  assert.deepEqual(resumed.groups, whole.groups);

  let progress = 0;
  const reused = await evaluate(options("resumed.sqlite"), () => {
    progress++;
  });
  assert.equal(progress, 0);
  assert.deepEqual(reused, resumed);
});

test("two evaluations of the same run at once: both end with all of it, and nothing counts twice", async () => {
  const done: Record<string, string[]>[] = [{}, {}];
  const results = await Promise.all(
    done.map((seen) =>
      evaluate(
        options("both.sqlite", {
          onEvent: (event) => {
            if (event.event === "answered") seen[event.task] = [...(seen[event.task] ?? []), ...event.items];
          },
        }),
      ),
    ),
  );
  assert.deepEqual(content("both.sqlite"), content("whole.sqlite"));
  assert.deepEqual(results[0]!.tasks.rummlu, results[1]!.tasks.rummlu);
  // Each says an item is done once at most, and only those of a task that the other has not finished before.
  for (const seen of done) {
    for (const items of Object.values(seen)) assert.equal(new Set(items).size, items.length);
  }
  for (const task of tasks) {
    const all = new Set(done.flatMap((seen) => seen[task] ?? []));
    assert.equal(all.size, itemsOfTask, task);
  }
});

test("few-shot examples and a limit make another run; equal samples under another name are taken over", async () => {
  const db = "few.sqlite";
  const short: Partial<EvaluateOptions> = { tasks: ["rummlu"], limit: 5 };
  const zero = await evaluate(options(db, short));
  await evaluate(options(db, { ...short, few_shot: 2 }));
  let progress = 0;
  const renamed = await evaluate(options(db, { ...short, name: "again" }), () => {
    progress++;
  });
  assert.equal(progress, 0);
  assert.deepEqual(renamed.tasks, zero.tasks);
  const database = new Database(path.join(folder, db), { readonly: true });
  const prompts = database.prepare("SELECT run_id, prompt FROM sample WHERE item_id = '0' ORDER BY run_id").all() as {
    run_id: number;
    prompt: string;
  }[];
  database.close();
  assert.equal(prompts.length, 3);
  assert.doesNotMatch(prompts[0]!.prompt, /дом 100/);
  // The first example stands nearest to the question, its gold letter in the open turn.
  assert.match(prompts[1]!.prompt, /дом 101.*Ответ: B.*дом 100.*Ответ: A.*дом 0.*Ответ:$/s);
});

test("a GGUF file scores as its folder does, with its own tokenizer or the folder's", async () => {
  const file = path.join(folder, "model.gguf");
  await exportGguf({ model, out: file, type: "f32" });
  const short: Partial<EvaluateOptions> = { tasks: ["rummlu", "world_ru"], limit: 10, model: file };
  const alone = await evaluate(options("gguf-alone.sqlite", short));
  const fromFile = await evaluate(options("gguf.sqlite", { ...short, tokenizer: model }));
  const fromFolder = await evaluate(options("gguf.sqlite", { tasks: short.tasks!, limit: 10 }));
  assert.deepEqual(fromFile.tasks, fromFolder.tasks);
  assert.deepEqual(alone.tasks, fromFolder.tasks);
});

test("the leaderboard has a row a model, in four forms", async () => {
  const out = path.join(folder, "board");
  const board = leaderboard({ db: path.join(folder, "whole.sqlite"), out });
  const json = JSON.parse(readFileSync(path.join(out, "leaderboard.json"), "utf8")) as typeof board;
  assert.deepEqual(json, board);
  const row = json.rows[0]!;
  assert.equal(row.model, "random");
  assert.equal(row.published, false);
  assert.deepEqual(Object.keys(row.groups), ["DaruMMLU", "DaruMERA", "DaruSum", "DaruCopy_EN", "DaruCopy_RU"]);
  assert.equal(row.tasks.world_ru!.metric, "rank");
  assert.equal(row.tasks.world_ru!.items, itemsOfTask);
  assert.ok("exact_match" in row.tasks.world_ru!.metrics);
  const csv = readFileSync(path.join(out, "leaderboard.csv"), "utf8").trim().split("\n");
  assert.equal(csv.length, 2);
  assert.equal(csv[0]!.split(",").length, csv[1]!.split(",").length);
  assert.match(readFileSync(path.join(out, "leaderboard.md"), "utf8"), /\| random \|/);
  assert.match(readFileSync(path.join(out, "leaderboard.html"), "utf8"), /^<!doctype html>.*random.*<\/html>\s*$/s);
  assert.throws(() => leaderboard({ db: path.join(folder, "absent.sqlite"), out }), LepError);
});

test("what cannot be scored is named", async () => {
  const rejects = (more: Partial<EvaluateOptions>, code: string) =>
    assert.rejects(evaluate(options("faults.sqlite", more)), (error: unknown) => {
      assert.ok(error instanceof LepError, String(error));
      assert.equal(error.code, code);
      return true;
    });
  await rejects({ model: path.join(folder, "nowhere") }, "benchmark.no_model");
  await rejects({ tasks: ["world_en"] }, "benchmark.no_data");
  const long = path.join(folder, "long");
  mkdirSync(path.join(long, "cp_sent_ru"), { recursive: true });
  const item = { messages: [{ role: "user", content: "{text}" }], inputs: { text: "море ".repeat(700) }, outputs: "x" };
  writeFileSync(path.join(long, "cp_sent_ru", "test.jsonl"), JSON.stringify(item));
  const { tasks, failures } = await evaluate(options("faults.sqlite", { tasks: ["cp_sent_ru"], data: long }));
  assert.deepEqual([tasks, failures], [{}, { cp_sent_ru: 1 }]);
});
