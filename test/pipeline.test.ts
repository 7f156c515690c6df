/** The whole pipeline on the shipped models, shortened; the run folder of a killed run equals that of one never killed. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { listFiles } from "../src/hash-cache.js";
import { readModelConfig } from "../src/model/config.js";
import { createRandomModel } from "../src/model/random-model.js";
import { packageRoot } from "../src/package-root.js";
import { sha256File } from "../src/sha256.js";
import { copyTokenizerFiles } from "../src/tokenizer/write-tokenizer.js";

const main = fileURLToPath(new URL("../src/cli/main.js", import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), "lep-pipeline-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A few steps of everything; the seconds it takes go to starting libraries. */
function shortened(): string[] {
  const prompts = readFileSync(path.join(packageRoot(), "data", "tiny", "prompts.jsonl"), "utf8").split("\n");
  writeFileSync(path.join(folder, "prompts.jsonl"), `${prompts.slice(0, 24).join("\n")}\n`);
  const settings = {
    "vocabulary.size": 300,
    "report.vocabularies": "{bytes: tokenizers/byte-level}",
    "pretraining.steps": 12,
    "pretraining.checkpoint_every": 4,
    "pretraining.max_windows": 24,
    "propagation.also": "[swap]",
    "calibration.prompts": `[${path.join(folder, "prompts.jsonl")}]`,
    "calibration.steps": 6,
    "calibration.checkpoint_every": 2,
    "calibration.controls": "[]",
    "benchmark.tasks": "[world_ru, rummlu, cp_sent_ru]",
    "benchmark.limit": 6,
    "benchmark.bases": "bits",
  };
  return Object.entries(settings).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
}

function start(runs: string, ...more: string[]): ChildProcess & { errors(): string } {
  const child = spawn(
    process.execPath,
    [
      main,
      "run",
      path.join(packageRoot(), "recipes", "tiny-extended.yaml"),
      "--runs-dir",
      runs,
      "--threads",
      "1",
      ...shortened(),
      ...more,
    ],
    { stdio: ["ignore", "pipe", "pipe"], detached: true },
  );
  let errors = "";
  child.stderr!.on("data", (data) => {
    errors += String(data);
  });
  return Object.assign(child, { errors: () => errors });
}

const ended = (child: ChildProcess): Promise<number | null> => new Promise((done) => child.on("close", done));

async function whole(runs: string): Promise<void> {
  const child = start(runs);
  assert.equal(await ended(child), 0, child.errors());
}

/** Files whose bytes must not depend on kills: tokenizers, models, JSONL. */
function comparable(runs: string): Record<string, string> {
  const root = path.join(runs, "tiny-extended");
  const names = listFiles(root).filter((name) =>
    /\.(safetensors|jsonl)$|tokenizer[^/]*\.json$|config\.json$|vocabulary\.json$/.test(name),
  );
  assert.ok(names.length > 10);
  return Object.fromEntries(names.map((name) => [name, sha256File(path.join(root, name))]));
}

const reference = path.join(folder, "reference");
before(() => whole(reference));

test("a run ends with a summary, a report, a database and a manifest in each stage", () => {
  const root = path.join(reference, "tiny-extended");
  const summary = JSON.parse(readFileSync(path.join(root, "summary.json"), "utf8"));
  const { original, adapted } = summary.vocabulary.symbols_per_token;
  assert.ok(adapted > 1.5 * original);
  assert.ok(summary.pretraining.bits_per_character.after < summary.pretraining.bits_per_character.before);
  assert.equal(summary.propagation.method, "conversion");
  assert.ok(summary.propagation.residual.embedding >= 0);
  assert.ok(summary.calibration.examples > 0);
  assert.equal(summary.calibration.sources.self.conversations, 24);
  const { models } = summary.benchmark;
  const bases = ["original", "initialised", "adapted"];
  assert.deepEqual(Object.keys(models), [...bases, "instruct", "propagated", "swap", "calibrated"]);
  for (const base of bases) assert.ok(models[base].bits_per_character > 0 && !("world_ru" in models[base].tasks), base);
  assert.ok("world_ru" in models.calibrated.tasks);
  for (const stage of ["vocabulary", "pretraining", "propagation", "calibration", "benchmark"]) {
    assert.ok(existsSync(path.join(root, stage, "manifest.json")), stage);
  }
  const report = readFileSync(path.join(root, "report.html"), "utf8");
  assert.match(report, /symbols per token/);
  assert.match(report, /href="vocabulary\/report\/report\.html"/);
  for (const shown of [
    'class="sentence"',
    "Input embeddings on the two directions",
    "Learned from, for example",
    "peak memory, MiB",
    'href="calibration/calibrated/"',
    " ± ",
  ]) {
    assert.match(report, new RegExp(shown), shown);
  }
  const map = JSON.parse(readFileSync(path.join(root, "propagation", "embedding-map.json"), "utf8"));
  const kinds = new Set(map.points.map(({ kind }: { kind: string }) => kind));
  assert.deepEqual([...kinds], ["old", "new", "propagated"]);
  const efficiency = JSON.parse(readFileSync(path.join(root, "vocabulary", "report", "report.json"), "utf8"));
  const names = efficiency.rows.map((row: { tokenizer: string; corpus: string }) => `${row.tokenizer} ${row.corpus}`);
  assert.deepEqual(names, ["original validation", "adapted validation", "bytes validation"]);
  assert.doesNotMatch(report, /https?:\/\//);
  assert.ok(existsSync(path.join(root, "results.sqlite")));
  const left = readdirSync(root, { recursive: true }).map(String);
  assert.deepEqual(
    left.filter((name) => /partial|\.work|\.key|\.lock/.test(name)),
    [],
  );
});

interface PlanLine {
  event: string;
  stage?: string;
  state: string;
  plan: {
    steps: { value: number; certainty: string } | null;
    work: { what: string; tokens: { value: number; certainty: string } }[];
  } | null;
}

/** Of the shortened recipe, as if its runs lay in `runs`. */
function planned(runs: string, ...more: string[]): PlanLine[] {
  const recipe = path.join(packageRoot(), "recipes", "tiny-extended.yaml");
  const given = [main, "plan", recipe, "--json", "--runs-dir", runs, "--threads", "1", ...shortened(), ...more];
  const { status, stdout, stderr } = spawnSync(process.execPath, given, { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as PlanLine);
}

test("the plan before a run has the tokens and steps that it then has; after it, every stage is reused", () => {
  const summary = JSON.parse(readFileSync(path.join(reference, "tiny-extended", "summary.json"), "utf8"));
  const before = planned(path.join(folder, "not-there"));
  const { steps, work } = before.find(({ stage }) => stage === "pretraining")!.plan!;
  assert.deepEqual(steps, { value: summary.pretraining.steps, certainty: "exact" });
  const tokens = (what: string) => work.find((part) => part.what === what)!.tokens;
  const { train } = summary.pretraining.corpora;
  assert.deepEqual(tokens("tokenising"), { value: train.tokens, certainty: "exact" });
  assert.deepEqual(tokens("training"), { value: summary.pretraining.steps * 4 * 96, certainty: "exact" });
  assert.equal(
    before.find(({ stage }) => stage === "calibration")!.plan!.steps!.value,
    summary.calibration.rows.calibrated.steps,
  );
  assert.deepEqual(
    planned(reference).map(({ event, state }) => state ?? event),
    ["finished", "finished", "finished", "finished", "finished", "plan"],
  );
  const changed = planned(reference, "--set", "calibration.learning_rate=1.0e-4").map(
    ({ event, state }) => state ?? event,
  );
  assert.deepEqual(changed, ["finished", "finished", "finished", "new", "new", "plan"]);
});

test("a finished run is reused and changes nothing", async () => {
  const summary = path.join(reference, "tiny-extended", "summary.json");
  const before = readFileSync(summary, "utf8");
  const files = comparable(reference);
  await whole(reference);
  assert.equal(readFileSync(summary, "utf8"), before);
  assert.deepEqual(comparable(reference), files);
});

test("a run killed in every stage ends with the same bytes", { timeout: 240_000 }, async () => {
  const runs = path.join(folder, "killed");
  const moments = [
    /checking|counting|extending/,
    /training embeddings/,
    /answering prompts/,
    /training: /,
    /scoring propagated/,
  ];
  for (const moment of moments) {
    const child = start(runs);
    child.stderr!.on("data", () => {
      if (moment.test(child.errors())) kill(child);
    });
    await ended(child);
    assert.equal(child.signalCode, "SIGKILL", `${moment}: ${child.errors()}`);
  }
  await whole(runs);
  assert.deepEqual(comparable(runs), comparable(reference));
  assert.deepEqual(timeless(runs), timeless(reference));
});

/** The summary without times, rates and memory. */
function timeless(runs: string): unknown {
  const text = readFileSync(path.join(runs, "tiny-extended", "summary.json"), "utf8");
  return JSON.parse(text, (key, value) => (/second|peak_mb/.test(key) ? null : value));
}

function kill(child: ChildProcess): void {
  try {
    process.kill(child.pid!, "SIGKILL");
  } catch {
    // Gone already.
  }
}

test("base and instruct model that do not belong together: said before the first stage", async () => {
  const other = path.join(folder, "one-layer");
  const { raw } = readModelConfig(path.join(packageRoot(), "data", "tiny-instruct"));
  createRandomModel(other, { ...raw, num_hidden_layers: 1 }, { seed: 1, dtype: "F32" });
  copyTokenizerFiles(path.join(packageRoot(), "data", "tiny-instruct"), other);
  const runs = path.join(folder, "mismatched");
  const child = start(runs, "--set", `models.instruct=${other}`);
  assert.equal(await ended(child), 2, child.errors());
  assert.match(child.errors(), /num_hidden_layers 4 and 1/);
  assert.ok(!existsSync(path.join(runs, "tiny-extended", "vocabulary")));
});

test("two runs of one recipe at once: the second says so", async () => {
  const runs = path.join(folder, "locked");
  const first = start(runs);
  await new Promise<void>((ready) => first.stderr!.once("data", () => ready()));
  const second = start(runs);
  assert.equal(await ended(second), 1);
  assert.match(second.errors(), /another lep \(process \d+\) works here/);
  kill(first);
  await ended(first);
});
