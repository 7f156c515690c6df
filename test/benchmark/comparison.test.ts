import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { compareModels } from "../../src/benchmark/comparison.js";
import { boardSamples } from "../../src/benchmark/leaderboard/board-samples.js";
import { openDatabase } from "../../src/benchmark/open-database.js";
import { mcNemar } from "../../src/benchmark/statistics/mcnemar.js";
import { LepError } from "../../src/errors.js";
import { writeSeededDatabase } from "./seeded-database.js";

let folder: string;
let db: string;
let out: string;
before(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lep-comparison-"));
  db = path.join(folder, "results.sqlite");
  out = path.join(folder, "out");
  writeSeededDatabase(db, {
    models: [
      { name: "good", skill: 0.85 },
      { name: "poor", skill: 0.4, failing: 0.1 },
      { name: "copy", skill: 0.85, weights: "good" },
      { name: "elsewhere", skill: 0.5, items_sha256: "others" },
      { name: "one", skill: 0.5, tasks: ["rwsd"] },
      { name: "twice", skill: 0.5, weights: "a" },
      { name: "twice", skill: 0.5, weights: "b" },
    ],
    tasks: ["rummlu", "rwsd", "cp_sent_ru", "cp_para_ru"],
    items: () => 60,
    mark: "</pre><script>window.hacked=1</script>",
  });
});
after(() => rmSync(folder, { recursive: true, force: true }));

test("a much worse model differs on every task, on the items that both have answered", () => {
  const result = compareModels({ db, out, models: ["good", "poor"], resamples: 2000 });
  const database = openDatabase(db);
  const samples = boardSamples(database);
  const [first, second] = [samples(1, "rummlu"), samples(2, "rummlu")];
  database.close();
  const both = first.map((sample, i) => [sample, second[i]!] as const).filter(([, { failure }]) => failure === null);
  const share = (side: 0 | 1): number => both.filter((pair) => pair[side].metrics.accuracy === 1).length / both.length;
  const { rummlu, cp_sent_ru } = result.tasks;
  assert.equal(rummlu!.items, both.length);
  assert.equal(rummlu!.only_first_answered, 60 - both.length);
  assert.equal(rummlu!.only_second_answered, 0);
  assert.ok(Math.abs(rummlu!.first - share(0)) < 1e-9 && Math.abs(rummlu!.second - share(1)) < 1e-9);
  assert.ok(Math.abs(rummlu!.difference - (share(1) - share(0))) < 1e-9);
  assert.ok(rummlu!.interval[1] < 0 && rummlu!.p_value < 0.01 && rummlu!.p_adjusted >= rummlu!.p_value);
  // The paired error is that of the mean of the differences.
  const differences = both.map(([a, b]) => b.metrics.accuracy! - a.metrics.accuracy!);
  const mean = share(1) - share(0);
  const error = Math.sqrt(differences.reduce((sum, each) => sum + (each - mean) ** 2, 0)) / both.length;
  assert.ok(Math.abs(rummlu!.standard_error / error - 1) < 0.1);
  const [worse, better] = [-1, 1].map((sign) => differences.filter((each) => each === sign).length) as [number, number];
  assert.deepEqual(rummlu!.mcnemar, mcNemar(worse, better));
  assert.deepEqual([rummlu!.worse, rummlu!.better], [worse, better]);
  // Graded scores are neither right nor wrong.
  assert.equal(cp_sent_ru!.mcnemar, null);
  assert.ok(result.mcnemar!.only_first > result.mcnemar!.only_second);
  assert.equal(result.average!.datasets, 4);
  assert.ok(result.groups.DaruCopy_RU !== null && result.groups.DaruMMLU === null);
  const mean4 = Object.values(result.tasks).reduce((sum, task) => sum + task.difference, 0) / 4;
  assert.ok(Math.abs(result.average!.difference - mean4) < 1e-9);
});

test("the other way round it is the same with the opposite sign", () => {
  const there = compareModels({ db, out, models: ["good", "poor"], resamples: 500 });
  const back = compareModels({ db, out, models: ["poor", "good"], resamples: 500 });
  for (const [name, task] of Object.entries(there.tasks)) {
    const other = back.tasks[name]!;
    assert.ok(Math.abs(task.difference + other.difference) < 1e-12);
    assert.ok(Math.abs(task.interval[0] + other.interval[1]) < 1e-9);
    assert.equal(task.mcnemar?.p_value, other.mcnemar?.p_value);
  }
});

test("items that changed are listed with both answers, and nothing of them is HTML or a formula", () => {
  const { changed } = compareModels({ db, out, models: ["good", "poor"], resamples: 100 });
  const read = (name: string): string => readFileSync(path.join(out, name), "utf8");
  const csv = read("comparison.csv").trimEnd().split("\n");
  assert.equal(csv.length, changed.length + 1);
  assert.ok(changed.some(({ second }) => second === null));
  const page = read("comparison.html");
  assert.ok(page.includes("the endpoint gave no answer"));
  assert.doesNotMatch(page, /<script>window/);
  assert.match(page, /<meta http-equiv="Content-Security-Policy" content="default-src 'none';/);
  assert.equal((JSON.parse(read("comparison.json")) as { changed: unknown[] }).changed.length, changed.length);
  assert.match(read("comparison.md"), /\| rummlu \|/);
});

test("a model and itself: no difference, p 1, nothing changed", () => {
  const file = path.join(folder, "same.sqlite");
  writeSeededDatabase(file, { models: [{ name: "a", skill: 0.5 }], tasks: ["rummlu", "cp_sent_ru"], items: () => 30 });
  const database = openDatabase(file);
  database.exec(`
    INSERT INTO run SELECT 2, created_at, 'b', model_sha256, tokenizer_sha256, harness_version, options, host, status, 2 FROM run;
    INSERT INTO run_task SELECT 2, task, task_version, key, items FROM run_task;
    INSERT INTO score SELECT 2, task, task_version, metric, value, standard_error, items, seconds, failures FROM score;
    INSERT INTO sample SELECT 2, task, item_id, prompt, prompt_sha256, target, output, answers, metrics, meta, seconds, failure FROM sample;`);
  database.close();
  const result = compareModels({ db: file, out, models: ["a", "b"], resamples: 100 });
  assert.deepEqual(result.changed, []);
  for (const task of Object.values(result.tasks)) {
    assert.deepEqual([task.difference, task.p_value, task.p_adjusted, task.better, task.worse], [0, 1, 1, 0, 0]);
    assert.deepEqual(task.interval, [0, 0]);
  }
});

test("what cannot be compared is named", () => {
  const fails = (models: [string, string], code: string, text: RegExp): void =>
    assert.throws(
      () => compareModels({ db, out, models, resamples: 10 }),
      (error: unknown) =>
        error instanceof LepError && error.code === code && text.test(`${error.message} ${error.hint}`),
    );
  fails(["good", "bad"], "benchmark.no_model_row", /"poor"/);
  fails(["good", "twice"], "benchmark.no_model_row", /several rows.*weights/);
  fails(["good", "elsewhere"], "benchmark.nothing_to_compare", /different items/);
  assert.deepEqual(Object.keys(compareModels({ db, out, models: ["good", "one"], resamples: 10 }).tasks), ["rwsd"]);
});
