import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { openHashCache } from "../src/hash-cache.js";
import { findStage, runStage, type Stage } from "../src/stage.js";

let folder: string;
let runs: number;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lep-stage-"));
  writeFileSync(path.join(folder, "input.txt"), "one");
  runs = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const stage = (options: unknown = {}, fail = false): Stage<number> => ({
  name: "vocabulary",
  version: 1,
  inputs: { text: path.join(folder, "input.txt") },
  options,
  seed: 1,
  run: async (out, work) => {
    runs++;
    const seen = path.join(work, "seen");
    const before = existsSync(seen) ? Number(readFileSync(seen, "utf8")) : 0;
    writeFileSync(seen, String(before + 1));
    if (fail) throw new Error("stopped");
    writeFileSync(path.join(out, "made.txt"), "made");
    return before + 1;
  },
});
const run = (what: Stage<number>, fresh = false) =>
  runStage(what, path.join(folder, "run"), openHashCache(path.join(folder, "hashes.json")), fresh);

test("a stage is reused while inputs, options and outputs are the same", async () => {
  const first = await run(stage());
  assert.equal(first.reused, false);
  assert.equal(readFileSync(path.join(first.folder, "made.txt"), "utf8"), "made");
  assert.equal((await run(stage())).reused, true);
  assert.equal(runs, 1);
});

test("changed inputs, options, damaged outputs and fresh make it run again", async () => {
  await run(stage());
  writeFileSync(path.join(folder, "input.txt"), "two");
  assert.equal((await run(stage())).reused, false);
  assert.equal((await run(stage({ size: 2 }))).reused, false);
  writeFileSync(path.join(folder, "run", "vocabulary", "made.txt"), "other");
  assert.equal((await run(stage({ size: 2 }))).reused, false);
  assert.equal((await run(stage({ size: 2 }), true)).reused, false);
  assert.equal(runs, 5);
});

test("a failed stage leaves nothing under its name and continues in its work folder", async () => {
  await assert.rejects(run(stage({}, true)), /stopped/);
  assert.equal(existsSync(path.join(folder, "run", "vocabulary")), false);
  assert.equal((await run(stage())).result, 2);
  assert.equal(existsSync(path.join(folder, "run", "vocabulary", ".work")), false);
});

test("the work of a stage with other options is not continued", async () => {
  await assert.rejects(run(stage({ size: 1 }, true)), /stopped/);
  assert.equal((await run(stage({ size: 2 }))).result, 1);
});

test("the manifest names inputs, outputs, options and versions", async () => {
  const { folder: made } = await run(stage({ size: 3 }));
  const manifest = JSON.parse(readFileSync(path.join(made, "manifest.json"), "utf8"));
  assert.equal(manifest.stage, "vocabulary");
  assert.deepEqual(manifest.options, { size: 3 });
  assert.equal(manifest.seed, 1);
  // printf made | sha256sum
  assert.equal(manifest.outputs["made.txt"], "ea0890697a77af0a2e054cccec587c8a42feb5cf38e778c6c6e2a96bfb945c0b");
  assert.deepEqual(Object.keys(manifest.inputs), [path.relative(process.cwd(), path.join(folder, "input.txt"))]);
  assert.equal(typeof manifest.duration_s, "number");
});

test("unfinished work of other options is not continued, and the user hears of it", async () => {
  const warnings: (string | undefined)[] = [];
  const start = (what: Stage<number>, fresh = false) =>
    runStage(what, path.join(folder, "run"), openHashCache(path.join(folder, "hashes.json")), fresh, ({ warning }) =>
      warnings.push(warning),
    );
  await assert.rejects(start(stage({}, true)), /stopped/);
  await assert.rejects(start(stage({}, true)), /stopped/);
  await assert.rejects(start(stage({}, true), true), /stopped/);
  assert.deepEqual(warnings, []);
  assert.equal((await start(stage({ other: 1 }))).result, 1);
  assert.deepEqual(warnings, [
    "vocabulary: unfinished work of other inputs or options is there, checkpoints too: it is not used",
  ]);
});

test("what a run would find: nothing, a begun stage, a finished one; looking changes nothing", async () => {
  const find = (what: Stage<number>) =>
    findStage(what, path.join(folder, "run"), openHashCache(path.join(folder, "hashes.json")));
  assert.equal(find(stage()).state, "new");
  assert.equal(existsSync(path.join(folder, "run")), false);
  await assert.rejects(run(stage({}, true)), /stopped/);
  assert.equal(find(stage()).state, "begun");
  assert.equal(find(stage({ size: 2 })).state, "new");
  await run(stage());
  const { state, outcome } = find(stage());
  assert.deepEqual([state, outcome?.result, outcome?.reused], ["finished", 2, true]);
  assert.equal(find(stage({ size: 2 })).state, "new");
  writeFileSync(path.join(folder, "run", "vocabulary", "made.txt"), "other");
  assert.equal(find(stage()).state, "new");
});
