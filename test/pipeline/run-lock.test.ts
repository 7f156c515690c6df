import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { LepError } from "../../src/errors.js";
import { lockRun } from "../../src/pipeline/run-lock.js";

let folder: string;
beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(tmpdir(), "lep-lock-")), "run");
});
afterEach(() => rmSync(path.dirname(folder), { recursive: true, force: true }));

const lockFile = (): string => path.join(folder, ".lock");

test("a lock is taken and given back, and nothing else stays", () => {
  const unlock = lockRun(folder);
  assert.ok(existsSync(lockFile()));
  unlock();
  assert.deepEqual(readdirSync(folder), []);
});

test("the lock of a living process is respected", () => {
  const unlock = lockRun(folder);
  unlock();
  // The process that runs this one's parent is alive for sure.
  writeFileSync(lockFile(), String(process.ppid));
  assert.throws(
    () => lockRun(folder),
    (error) => error instanceof LepError && error.code === "run.locked" && error.exitCode === 1,
  );
  assert.deepEqual(readdirSync(folder), [".lock"]);
});

test("the lock of a process that is gone is taken over", () => {
  lockRun(folder)();
  // Above the largest process id that Linux hands out.
  writeFileSync(lockFile(), "4194305");
  const unlock = lockRun(folder);
  unlock();
  assert.deepEqual(readdirSync(folder), []);
});

test("a place that cannot be a folder is named", () => {
  writeFileSync(folder, "");
  assert.throws(() => lockRun(folder), /cannot be written/);
});
