import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { groupDatasets } from "../../../src/benchmark/groups.js";
import type { LeaderboardRow } from "../../../src/benchmark/leaderboard/board.js";
import { leaderboard } from "../../../src/benchmark/leaderboard.js";
import { openDatabase } from "../../../src/benchmark/open-database.js";
import { LepError } from "../../../src/errors.js";
import { writeSeededDatabase } from "../seeded-database.js";

const all = Object.values(groupDatasets).flat();
const files = ["leaderboard.json", "leaderboard.csv", "leaderboard.md", "leaderboard.html"];
let folder: string;
let db: string;
before(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lep-leaderboard-"));
  db = path.join(folder, "results.sqlite");
  writeSeededDatabase(db, {
    models: [
      { name: "good", skill: 0.8, measures: { symbols_per_token: 3.1, bits_per_character: 1.1 } },
      { name: "poor", skill: 0.3, failing: 0.2 },
      { name: "some", skill: 0.6, tasks: ["rummlu", "cp_sent_ru"] },
      { name: "silent", skill: 0.5, failing: 1, tasks: ["rummlu", "rwsd"] },
      { name: "=evil|<b>", skill: 0.5, tasks: ["rummlu"] },
    ],
    tasks: all,
    items: () => 40,
  });
});
after(() => rmSync(folder, { recursive: true, force: true }));

const rowsOf = (file: string, more: object = {}): Map<string, LeaderboardRow> => {
  const { rows } = leaderboard({ db: file, out: path.join(folder, "out"), resamples: 200, ...more });
  return new Map(rows.map((row) => [row.model, row]));
};

test("scores have errors and intervals around them; the micro average lies in its own", () => {
  const good = rowsOf(db).get("good")!;
  assert.equal(good.datasets, 17);
  for (const { score, interval, standard_error, failures } of Object.values(good.tasks)) {
    assert.ok(interval![0] <= score! && score! <= interval![1]);
    assert.ok(standard_error! > 0);
    assert.equal(failures, 0);
  }
  const { standard_error, interval } = good.spread!;
  assert.ok(interval[0] < good.micro! && good.micro! < interval[1]);
  // Tasks are drawn each for itself: variances of the mean of 17 add up.
  const sum = Object.values(good.tasks).reduce((total, task) => total + task.standard_error! ** 2, 0);
  assert.ok(Math.abs(standard_error / (Math.sqrt(sum) / 17) - 1) < 0.2);
  assert.deepEqual(good.measures, { symbols_per_token: 3.1, bits_per_character: 1.1 });
  assert.deepEqual(Object.keys(good.group_spreads), Object.keys(groupDatasets));
});

test("items without an answer are counted and in no score, and a task without any has none", () => {
  const rows = rowsOf(db);
  const poor = rows.get("poor")!;
  assert.ok(poor.failures > 17 * 40 * 0.1);
  for (const task of Object.values(poor.tasks)) assert.equal(task.items + task.failures, 40);
  // A whole number of the answered ones is right; with failures as zeros it would be so of 40.
  const { score, items } = poor.tasks.rwsd!;
  assert.ok(items < 40 && Math.abs(score! * items - Math.round(score! * items)) < 1e-9);
  const silent = rows.get("silent")!;
  assert.deepEqual([silent.tasks.rummlu!.score, silent.tasks.rummlu!.failures, silent.failures], [null, 40, 80]);
  assert.deepEqual([silent.micro, silent.micro_partial, silent.datasets, silent.spread], [null, null, 0, null]);
  const some = rows.get("some")!;
  assert.deepEqual([some.micro, some.datasets, some.groups.DaruCopy_RU], [null, 2, null]);
  assert.ok(some.spread !== null);
});

test("one name, several models: rows of their own, with what tells them apart", () => {
  const file = path.join(folder, "names.sqlite");
  const tasks = ["rummlu", "cp_sent_ru"];
  writeSeededDatabase(file, {
    models: [
      { name: "m", skill: 0.2, weights: "one", tasks: ["rummlu"] },
      { name: "m", skill: 0.9, weights: "two" },
      { name: "m", skill: 0.9, weights: "two", settings: { few_shot: 5 } },
      { name: "m", skill: 0.9, weights: "one", tasks: ["cp_sent_ru"] },
      { name: "n", skill: 0.5, items_sha256: "mini" },
      { name: "n", skill: 0.5, tasks: ["rummlu"], items_sha256: "hub" },
      { name: "alone", skill: 0.5, settings: { limit: 10 } },
    ],
    tasks,
    items: () => 20,
  });
  const rows = rowsOf(file);
  assert.equal(rows.size, 6);
  assert.ok(rows.has("alone"));
  const names = [...rows.keys()].filter((name) => name.startsWith("m ")).sort();
  assert.equal(names.length, 3);
  for (const name of names) assert.match(name, /^m \(weights [0-9a-f]{8}, few shot [05]\)$/);
  // Two runs of the same weights and settings are one row, which has the tasks of both.
  const weights = [...rows.values()]
    .filter(({ name }) => name === "m")
    .map(({ tasks: scored }) => Object.keys(scored).length);
  assert.deepEqual(weights, [2, 2, 2]);
  assert.equal([...rows.keys()].filter((name) => /^n \(.*items (mini|hub)/.test(name)).length, 2);
  assert.match(readFileSync(path.join(folder, "out", "leaderboard.md"), "utf8"), /not .*the same items of rummlu/);
});

test("published rows stand beside ours, marked", () => {
  const { rows } = leaderboard({ db, out: path.join(folder, "published"), resamples: 50, published: true });
  const published = rows.filter((row) => row.published);
  assert.equal(published.length, 58);
  assert.ok(
    published.every(
      ({ model, source, spread }) => model.includes("published, table") && source !== null && spread === null,
    ),
  );
  assert.equal(new Set(rows.map(({ model }) => model)).size, rows.length);
  const ranks = rows.map(({ micro, micro_partial }) => micro ?? micro_partial ?? -1);
  assert.deepEqual(
    ranks,
    [...ranks].sort((a, b) => b - a),
  );
  assert.equal(
    leaderboard({ db, out: path.join(folder, "ours"), resamples: 50 }).rows.some((row) => row.published),
    false,
  );
});

test("the same database and seed give the same bytes; another seed other intervals", () => {
  const bytes = (out: string, seed: number): string[] => {
    leaderboard({ db, out: path.join(folder, out), resamples: 100, seed });
    return files.map((name) => readFileSync(path.join(folder, out, name), "utf8"));
  };
  const once = bytes("once", 1);
  assert.deepEqual(bytes("twice", 1), once);
  assert.notEqual(bytes("other", 2)[0], once[0]);
});

test("names are no Markdown, no HTML and no formula", () => {
  rowsOf(db);
  const read = (name: string): string => readFileSync(path.join(folder, "out", name), "utf8");
  assert.match(read("leaderboard.csv"), /^'=evil\|<b>,/m);
  assert.match(read("leaderboard.md"), /^\| =evil\\\|&lt;b> \|/m);
  assert.doesNotMatch(read("leaderboard.html"), /<b>\|/);
  assert.ok(read("leaderboard.html").includes("=evil|&lt;b&gt;"));
  const lines = read("leaderboard.csv").trimEnd().split("\n");
  assert.equal(new Set(lines.map((line) => line.split(",").length)).size, 1);
});

test("a task of another version keeps its stored score, and has no interval where samples do not give it", () => {
  const file = path.join(folder, "old.sqlite");
  writeSeededDatabase(file, { models: [{ name: "m", skill: 0.5 }], tasks: ["rummlu", "gone"], items: () => 30 });
  const database = openDatabase(file);
  database.exec("UPDATE score SET task_version = 99, value = 0.125 WHERE task = 'rummlu'");
  database.close();
  const { tasks } = rowsOf(file).get("m")!;
  assert.deepEqual([tasks.rummlu!.score, tasks.rummlu!.interval, tasks.rummlu!.task_version], [0.125, null, 99]);
  assert.ok(tasks.gone!.interval !== null);
});

test("what cannot be read or written is named", () => {
  const out = path.join(folder, "faults");
  const fails = (file: string, place: string, code: string): void =>
    assert.throws(
      () => leaderboard({ db: file, out: place }),
      (error: unknown) => error instanceof LepError && error.code === code,
    );
  fails(path.join(folder, "absent.sqlite"), out, "benchmark.no_database");
  const empty = path.join(folder, "empty.sqlite");
  openDatabase(empty).close();
  fails(empty, out, "benchmark.no_scores");
  const text = path.join(folder, "text.sqlite");
  writeFileSync(text, "no database at all, but long enough to be looked at ".repeat(30));
  fails(text, out, "benchmark.not_a_database");
  const taken = path.join(folder, "taken");
  writeFileSync(taken, "");
  fails(db, taken, "output.write_failed");
  mkdirSync(path.join(folder, "blocked", "leaderboard.html"), { recursive: true });
  fails(db, path.join(folder, "blocked"), "output.write_failed");
});
