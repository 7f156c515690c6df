import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { packageRoot } from "../../src/package-root.js";

const main = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), "lep-cli-eval-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function lep(...given: string[]): { code: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...given], {
    ...{ cwd: packageRoot(), encoding: "utf8" },
  });
  return { code: status, out: stdout, error: stderr };
}

const data = path.join("data", "tiny", "benchmark");
const scoring = ["eval", "--model", "data/tiny-instruct", "--data", data, "--tasks", "rummlu", "--limit", "3"];

test("eval --json tells what is in the database, what was measured and what stands in the training text", () => {
  const db = path.join(folder, "results.sqlite");
  const items = readFileSync(path.join(packageRoot(), data, "rummlu", "test.jsonl"), "utf8").split("\n");
  const { inputs } = JSON.parse(items[1]!) as { inputs: Record<string, string> };
  const text = path.join(folder, "seen.txt");
  writeFileSync(text, `Начало. ${Object.values(inputs).join("\n")} Конец.`);
  const more = ["--db", db, "--json", "--training-text", text, "--corpus", text];
  const { code, out, error } = lep(...scoring, ...more);
  assert.equal(code, 0, error);
  const events = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    events.map(({ event }) => event),
    ["run_opened", "answered", "scored"],
  );
  assert.deepEqual(events[0].missing, { rummlu: 3 });
  assert.deepEqual([events[1].items, events[1].failed, events[1].done], [["0", "1", "2"], {}, 3]);
  const { tasks, failures, measures, overlap } = events[2];
  assert.ok("accuracy" in tasks.rummlu);
  assert.deepEqual(failures, {});
  assert.ok(measures.perplexity > 1 && measures.bits_per_character > 0 && measures.symbols_per_token > 0);
  assert.deepEqual(overlap, { rummlu: { items: 3, overlapping: 1 } });

  const again = lep(...scoring, "--db", db);
  assert.equal(again.code, 0, again.error);
  assert.match(again.out, /rummlu: accuracy .*\n.*perplexity.*\nrummlu: 1 of 3 items stand in the training text/);
  const rescored = lep("eval", "--rescore", "--db", db);
  assert.equal(rescored.code, 0, rescored.error);
  assert.match(rescored.out, /judged by the present metrics/);
});

test("a database of a newer lep, one of something else, none at all: exit 2 and the file's name, nothing changed", () => {
  const newer = path.join(folder, "newer.sqlite");
  const database = new Database(newer);
  database.pragma("user_version = 1000");
  database.close();
  const text = path.join(folder, "text.sqlite");
  writeFileSync(text, "no database ".repeat(1000));
  for (const [file, message] of [
    [newer, /newer\.sqlite has schema 1000, but this lep knows \d+\nhint: It was written by a newer lep/],
    [text, /text\.sqlite is not a database/],
  ] as const) {
    const before = readFileSync(file);
    for (const given of [
      [...scoring, "--db", file],
      ["eval", "--rescore", "--db", file],
      ["leaderboard", "--db", file, "--out", path.join(folder, "board")],
    ]) {
      const { code, error } = lep(...given);
      assert.equal(code, 2, error);
      assert.match(error, message);
    }
    assert.deepEqual(readFileSync(file), before);
  }
  const absent = lep("eval", "--rescore", "--db", path.join(folder, "absent.sqlite"));
  assert.equal(absent.code, 2);
  assert.match(absent.error, /absent\.sqlite cannot be opened/);
  const nothing = lep("eval", "--db", path.join(folder, "new.sqlite"));
  assert.equal(nothing.code, 2);
  assert.match(nothing.error, /--model is needed, or --rescore/);
});
