import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { packageRoot } from "../../src/package-root.js";
import { window, writeFamilyModel } from "../model/family-configs.js";
import { writeTinyTokenizer } from "../model/tiny-tokenizer.js";

const main = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), "lep-cli-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function lep(...given: string[]): { code: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...given], {
    cwd: packageRoot(),
    encoding: "utf8",
  });
  return { code: status, out: stdout, error: stderr };
}

const commands = [
  "run",
  "plan",
  "vocab build",
  "vocab report",
  "init",
  "train",
  "propagate",
  "calibrate",
  "eval",
  "leaderboard",
  "export",
  "doctor",
];

test("every command has help with an example", () => {
  for (const command of commands) {
    const { code, out } = lep(...command.split(" "), "--help");
    assert.equal(code, 0, command);
    assert.match(out, /Examples:/, command);
  }
});

test("a wrong command or option: a message, a hint, exit 2, no stack", () => {
  const tiny = path.join("data", "tiny-base");
  for (const given of [
    ["rum"],
    ["run"],
    ["export", "--model", "x", "--out", "y", "--type", "f33"],
    ["eval", "--bogus"],
    ["init", "--model", tiny, "--tokenizer", tiny, "--out", path.join(folder, "z"), "--seed", "1.5"],
    ["export", "--model", "x", "--model", "y", "--out", "z"],
    ["init", "--model", "data/tiny-base", "--tokenizer", "data/tiny-base", "--out", "z", "--seed", "1.5"],
    ["calibrate", "--model", "x", "--out", "z", "--threads", "-1"],
    ["plan", "recipes/tiny-extended.yaml", "--assume-characters", "many"],
  ]) {
    const { code, error } = lep(...given);
    assert.equal(code, 2, given.join(" "));
    assert.match(error, /^lep: /m);
    assert.doesNotMatch(error, /\n\s+at /);
  }
});

test("--debug shows the stack", () => {
  assert.match(lep("run", "nowhere.yaml", "--debug").error, /\n\s+at /);
});

test("doctor --json: one object a line", () => {
  const { code, out } = lep("doctor", "--json");
  assert.equal(code, 0);
  const findings = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const well = findings.filter(({ ok }) => ok).map(({ what }) => what);
  for (const what of ["node", "better-sqlite3", "koffi", "tokenizers", "training on cpu", "answering (llama.cpp)"]) {
    assert.ok(well.includes(what), `${what}: ${out}`);
  }
});

test("vocab report: json lines on stdout and four files", () => {
  const text = path.join(folder, "text.txt");
  writeFileSync(text, "Корова живёт у реки.\n");
  const out = path.join(folder, "report");
  const {
    code,
    out: lines,
    error,
  } = lep("vocab", "report", "--tokenizer", "tiny=data/tiny-base", "--corpus", `ru=${text}`, "--out", out, "--json");
  assert.equal(code, 0, error);
  const row = JSON.parse(lines.trim());
  assert.equal(row.characters, 21);
  assert.equal(row.lossless_share, 1);
  assert.deepEqual(readdirSync(out).sort(), ["report.csv", "report.html", "report.json", "report.md"]);
  const quiet = lep(
    "vocab",
    "report",
    "--tokenizer",
    "tiny=data/tiny-base",
    "--corpus",
    `ru=${text}`,
    "--out",
    out,
    "--quiet",
  );
  assert.deepEqual(quiet, { code: 0, out: "", error: "" });
});

test("a run of one stage begins with its plan and ends with what it has made; a finished one has no plan", () => {
  const given = ["run", "recipes/tiny-extended.yaml", "--to", "vocabulary", "--runs-dir", path.join(folder, "runs")];
  const first = lep(...given);
  assert.equal(first.code, 0, first.error);
  assert.match(first.out, /^tiny-extended on .*\n[\s\S]*vocabulary +to do[\s\S]*vocabulary done in/);
  assert.match(first.out, /new tokenizer +\S+vocabulary\/tokenizer\nnext: npx lep vocab report /);
  assert.match(readFileSync(path.join(folder, "runs", "tiny-extended", "run.log"), "utf8"), /vocabulary done in/);
});

test("completion: commands, and the options of one", () => {
  assert.match(lep("completion").out, /begin-lep-completions/);
  assert.match(lep("--get-yargs-completions", "lep", "").out, /^propagate$/m);
});

test("bad inputs: one message that names the file, and nothing left behind", () => {
  const model = path.join(folder, "truncated");
  mkdirSync(model);
  for (const name of readdirSync(path.join(packageRoot(), "data", "tiny-base"))) {
    const bytes = readFileSync(path.join(packageRoot(), "data", "tiny-base", name));
    writeFileSync(path.join(model, name), name.endsWith(".safetensors") ? bytes.subarray(0, 100_000) : bytes);
  }
  const out = path.join(folder, "out.gguf");
  const truncated = lep("export", "--model", model, "--out", out);
  assert.equal(truncated.code, 2);
  assert.match(truncated.error, /model\.safetensors/);
  const empty = path.join(folder, "empty.txt");
  writeFileSync(empty, "");
  const invalid = path.join(folder, "invalid.txt");
  writeFileSync(invalid, Buffer.from([0x41, 0xff, 0x42]));
  for (const file of [empty, invalid]) {
    const { code, error } = lep(
      "vocab",
      "build",
      "--method",
      "bpe",
      "--size",
      "400",
      "--corpus",
      file,
      "--out",
      path.join(folder, "t"),
    );
    assert.equal(code, 2);
    assert.match(error, new RegExp(path.basename(file)));
  }
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith("out") || name === "t" || name.includes("partial")),
    [],
  );
});

test("calibrate: what is wrong with the conversations is said before anything is written", () => {
  const model = path.join(packageRoot(), "data", "tiny-instruct");
  const out = path.join(folder, "calibrated");
  const broken = path.join(folder, "broken.jsonl");
  writeFileSync(broken, '{"messages": [{"role": "user", "content": "Кто?"}, {"role": "bot", "content": "Кот"}]}\n');
  const cases: [string[], RegExp][] = [
    [["--source", "instructions"], /instructions: source instructions needs it/],
    [["--source", "instructions", "--instructions", broken], /broken\.jsonl: line 1: message 1 has the role "bot"/],
    [["--source", "instructions", "--instructions", "nowhere.jsonl"], /no corpus file matches "nowhere\.jsonl"/],
    [["--prompts", broken], /asks the original instruct model/],
  ];
  for (const [more, message] of cases) {
    const { code, error } = lep("calibrate", "--model", model, "--out", out, ...more);
    assert.equal(code, 2, error);
    assert.match(error, message);
    assert.ok(!error.includes("    at "), error);
  }
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.includes("calibrated")),
    [],
  );
});

test("export says how far llama.cpp's answers are those of a model with sliding windows", () => {
  const model = path.join(folder, "sliding");
  writeTinyTokenizer(model);
  writeFamilyModel(model, "mistral, tied, sliding");
  const { code, out, error } = lep("export", "--model", model, "--out", path.join(folder, "sliding.gguf"));
  assert.equal(code, 0, error);
  assert.match(out, new RegExp(`no sliding window .* beyond ${window} positions`));
});

test("a folder that cannot be written is named", {
  skip: process.getuid?.() === 0 && "root may write everywhere",
}, () => {
  const locked = path.join(folder, "locked");
  mkdirSync(locked, { mode: 0o500 });
  const { code, error } = lep("run", "recipes/tiny-extended.yaml", "--runs-dir", locked);
  assert.equal(code, 1);
  assert.match(error, /locked/);
});

test("a runs folder that is a file is named", () => {
  const file = path.join(folder, "file");
  writeFileSync(file, "");
  const { code, error } = lep("run", "recipes/tiny-extended.yaml", "--runs-dir", file);
  assert.equal(code, 1);
  assert.match(error, /cannot be written/);
});

test("an output that would take something away is refused before any work", () => {
  const [notes, file] = [path.join(folder, "notes"), path.join(folder, "note")];
  mkdirSync(notes);
  for (const name of ["thesis.txt", "thesis.json", "thesis.md"]) {
    writeFileSync(path.join(notes, name), "слово");
    const { code, error } = lep("init", "--model", "data/tiny-base", "--tokenizer", "data/tiny-base", "--out", notes);
    assert.equal(code, 2, error);
    assert.match(error, /^lep: --out .*notes: holds thesis\.\w+, (which belongs to no|and is no) model\nhint: /);
    assert.deepEqual(readdirSync(notes), [name]);
    rmSync(path.join(notes, name));
  }
  writeFileSync(file, "слово");
  const asFolder = ["init", "--model", "data/tiny-base", "--tokenizer", "data/tiny-base", "--out"];
  const asFile = ["export", "--model", "data/tiny-base", "--out"];
  const cases: [string[], RegExp][] = [
    [[...asFolder, file], /--out .*note: that is a file\nhint: /],
    [[...asFolder, path.join(file, "x")], /--out .*ENOTDIR.*\nhint: Each part/],
    [[...asFile, path.join(file, "x")], /--out .*ENOTDIR.*\nhint: Each part/],
    [[...asFile, notes], /--out .*notes: that is a folder\nhint: /],
  ];
  for (const [given, message] of cases) {
    const { code, error } = lep(...given);
    assert.equal(code, 2, error);
    assert.match(error, message);
  }
  assert.equal(readFileSync(file, "utf8"), "слово");
});

test("plan --json: a line a stage, then the whole; nothing is written", () => {
  const runs = path.join(folder, "planned");
  const { code, out, error } = lep(
    "plan",
    "recipes/tiny-extended.yaml",
    "--json",
    "--runs-dir",
    runs,
    "--threads",
    "1",
  );
  assert.equal(code, 0, error);
  const lines = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const stages = ["vocabulary", "pretraining", "propagation", "calibration", "benchmark"];
  assert.deepEqual(
    lines.map(({ event, stage }) => stage ?? event),
    [...stages, "plan"],
  );
  const [, pretraining] = lines;
  assert.deepEqual(Object.keys(pretraining), ["event", "stage", "state", "tokens", "flops", "seconds", "plan"]);
  assert.equal(pretraining.state, "new");
  assert.deepEqual(pretraining.plan.steps, { value: 3200, certainty: "exact" });
  for (const key of ["work", "memory", "disk", "notes", "warnings"]) assert.ok(key in pretraining.plan, key);
  const whole = lines.at(-1);
  assert.deepEqual([whole.downloads, whole.missing, whole.warnings], [[], [], []]);
  assert.ok(whole.flops > 1e12 && whole.seconds > 0 && whole.needed_disk > 0 && whole.free_disk > 0);
  assert.equal(existsSync(runs), false);
});

test("plan: an unknown GPU, a faulty recipe", () => {
  const unknown = lep("plan", "recipes/tiny-extended.yaml", "--gpu", "H1000");
  assert.equal(unknown.code, 2);
  assert.match(unknown.error, /H1000[\s\S]*hint: Known: A10, .*H100/);
  const faulty = lep("plan", "recipes/tiny-extended.yaml", "--set", "pretraining.stepps=3");
  assert.equal(faulty.code, 2);
  assert.match(faulty.error, /pretraining\.stepps: unknown key; did you mean steps\?/);
});
