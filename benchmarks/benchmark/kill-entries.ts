/**
 * `lep eval` of the embedded instruct model on all embedded items, its whole process group ended by SIGKILL at random moments (a fixed
 * seed) and started again each time. What its events said is done must be in the database after every kill, no item may be
 * answered twice, and samples and scores must be those of an evaluation that nothing disturbed.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import Database from "better-sqlite3";
import { packageRoot } from "../../src/package-root.js";
import { createRandom } from "../../src/random.js";
import { type BenchmarkEntry, entry } from "../report-entry.js";
import type { Work } from "./work.js";

const kills = 20;
const seed = 6;

export async function killEntries({ folder, threads }: Work): Promise<BenchmarkEntry[]> {
  const place = path.join(folder, "kills");
  mkdirSync(place, { recursive: true });
  const random = createRandom(seed);
  const wholeFile = path.join(place, "whole.sqlite");
  const started = performance.now();
  const undisturbed = await evaluateUntil(wholeFile, threads, place, Number.POSITIVE_INFINITY);
  if (!undisturbed.ended) throw new Error(`lep eval failed: ${undisturbed.errors}`);
  const seconds = (performance.now() - started) / 1000;
  const whole = contentOf(wholeFile);

  const faults: string[] = [];
  let done = 0;
  let attempts = 0;
  let rounds = 0;
  while (done < kills) {
    // A round that ends before the last kill is compared, and another one begins.
    const file = path.join(place, `round-${rounds++}.sqlite`);
    const reported = new Set<string>();
    for (let ended = false; !ended; ) {
      attempts++;
      // On average two rounds; early moments are in the start and the export, later ones among the answers.
      const wait = done < kills ? random.uniform() * (seconds / 5) * 1000 : Number.POSITIVE_INFINITY;
      const attempt = await evaluateUntil(file, threads, place, wait);
      if (!attempt.ended && attempt.errors !== "") throw new Error(`lep eval failed: ${attempt.errors}`);
      for (const item of attempt.items) {
        if (reported.has(item)) faults.push(`${item} was answered twice`);
        reported.add(item);
      }
      ended = attempt.ended;
      if (!ended) done++;
      faults.push(...lostItems(file, reported));
    }
    if (!isDeepStrictEqual(contentOf(file), whole)) faults.push(`round ${rounds}: other samples or scores`);
  }
  process.stderr.write(faults.map((fault) => `${fault}\n`).join(""));
  return [
    entry({
      name: `lep eval, SIGKILL at ${kills} random moments: samples lost, twice or other than undisturbed`,
      value: faults.length,
      unit: "faults",
      runs: attempts,
      note: `${whole.samples.length} samples, ${attempts} starts in ${rounds} rounds, integrity_check ok after each; undisturbed ${seconds.toFixed(0)} s`,
    }),
  ];
}

/** Starts `lep eval` and kills it after `milliseconds`. `items`: what its events said is done. `errors`: of one that failed by itself. */
async function evaluateUntil(file: string, threads: number, place: string, milliseconds: number) {
  const main = path.join(packageRoot(), "dist", "src", "cli", "main.js");
  const model = path.join(packageRoot(), "data", "tiny-instruct");
  const child = spawn(
    process.execPath,
    [
      main,
      "eval",
      "--model",
      model,
      "--tasks",
      "all",
      "--db",
      file,
      "--threads",
      String(threads),
      "--device",
      "cpu",
      "--json",
    ],
    // A killed process leaves its exported model behind.
    { detached: true, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, TMPDIR: place } },
  );
  let out = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const timer = Number.isFinite(milliseconds)
    ? setTimeout(() => process.kill(-child.pid!, "SIGKILL"), milliseconds)
    : undefined;
  const { code, signal } = await new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
  clearTimeout(timer);
  const items: string[] = [];
  // The last line may be cut.
  for (const line of out.slice(0, out.lastIndexOf("\n") + 1).split("\n")) {
    if (line === "") continue;
    const event = JSON.parse(line) as { event: string; task: string; items: string[] };
    if (event.event === "answered") items.push(...event.items.map((item) => `${event.task} ${item}`));
  }
  return { ended: code === 0, items, errors: signal === "SIGKILL" || code === 0 ? "" : errors };
}

function lostItems(file: string, reported: ReadonlySet<string>): string[] {
  if (!existsSync(file)) return [...reported];
  const database = new Database(file);
  const integrity = database.pragma("integrity_check", { simple: true }) as string;
  // The tables may not be there before the first report.
  const select = "SELECT task || ' ' || item_id FROM sample";
  const rows = reported.size === 0 ? [] : (database.prepare(select).pluck().all() as string[]);
  database.close();
  const kept = new Set(rows);
  const lost = [...reported].filter((item) => !kept.has(item)).map((item) => `${item} was lost`);
  return integrity === "ok" ? lost : [...lost, `integrity_check: ${integrity}`];
}

/** All but times, and the rates and seconds made of them. */
function contentOf(file: string) {
  const database = new Database(file, { readonly: true });
  const samples = database
    .prepare(
      `SELECT run_id, task, item_id, prompt, prompt_sha256, target, output, answers, metrics, meta, failure FROM sample
       ORDER BY run_id, task, CAST(item_id AS INTEGER)`,
    )
    .all();
  const scores = database
    .prepare(
      `SELECT run_id, task, task_version, metric, value, standard_error, items, failures FROM score
       WHERE metric NOT LIKE '%per_second' ORDER BY task, metric`,
    )
    .all();
  const measures = database.prepare("SELECT name, value FROM measure WHERE name NOT LIKE '%per_second'").all();
  const runs = database.prepare("SELECT id, model, model_sha256, tokenizer_sha256, options, status FROM run").all();
  database.close();
  return { runs, samples, scores, measures };
}
