import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { takesAway, writeFileAtomic, writeFolderAtomic } from "../src/atomic-output.js";
import { LepError } from "../src/errors.js";
import { packageRoot } from "../src/package-root.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-"));
after(() => rmSync(folder, { recursive: true }));
const fill = (partial: string): void => writeFileSync(path.join(partial, "new"), "new");

/** The number of a process that is gone. */
const deadPid = (): number => spawnSync(process.execPath, ["-e", ""]).pid;

test("the current folder and those above it are never replaced", async () => {
  for (const out of ["", ".", "..", process.cwd(), "/"]) {
    await assert.rejects(writeFolderAtomic(out, fill), /cannot be an output/);
  }
});

test("what replacing a folder would take away: itself and what is in it, by whatever name", () => {
  const model = path.join(folder, "model");
  mkdirSync(path.join(model, "inner"), { recursive: true });
  const link = path.join(folder, "link");
  symlinkSync(model, link);
  for (const input of [model, link, path.join(model, "inner"), path.join(link, "inner"), `${model}/../model`]) {
    assert.ok(takesAway(model, input), input);
  }
  for (const input of [folder, `${model}-2`, path.join(folder, "..model"), "org/name"]) {
    assert.ok(!takesAway(model, input), input);
  }
});

test("the command refuses an empty --out, and what is there stays", () => {
  const place = path.join(folder, "place");
  mkdirSync(place);
  writeFileSync(path.join(place, "thesis.txt"), "слово ".repeat(100));
  const main = path.join(packageRoot(), "dist", "src", "cli", "main.js");
  const request = ["vocab", "build", "--method", "bpe", "--size", "300", "--corpus", "thesis.txt", "--out", ""];
  const { status, stderr } = spawnSync(process.execPath, [main, ...request], { cwd: place, encoding: "utf8" });
  assert.equal(status, 2);
  assert.match(stderr, /^lep: "": the current folder or one above it cannot be an output\nhint: /);
  assert.deepEqual(readdirSync(place), ["thesis.txt"]);
});

test("a folder that a killed process had set aside comes back before it is replaced", async () => {
  const out = path.join(folder, "out");
  const pid = deadPid();
  for (const name of [`.out.${pid}.partial`, `.out.${pid}.partial.old`]) {
    mkdirSync(path.join(folder, name));
    writeFileSync(path.join(folder, name, "old"), "old");
  }
  const failing = (): never => {
    throw new Error("no");
  };
  await assert.rejects(writeFolderAtomic(out, failing), /no/);
  assert.equal(readFileSync(path.join(out, "old"), "utf8"), "old");
  await writeFolderAtomic(out, fill);
  assert.deepEqual(readdirSync(out), ["new"]);
  assert.equal(existsSync(path.join(folder, `.out.${pid}.partial`)), false);
});

test("a file where a folder is needed is a fault of the place, with its name", async () => {
  const file = path.join(folder, "file");
  writeFileSync(file, "text");
  const isNamed = (error: unknown): boolean =>
    error instanceof LepError &&
    error.code === "output.write_failed" &&
    error.message.startsWith(`${path.join(file, "out")}: cannot be written: ENOTDIR`) &&
    /is a file/.test(error.hint ?? "");
  assert.throws(() => writeFileAtomic(path.join(file, "out"), "new"), isNamed);
  await assert.rejects(writeFolderAtomic(path.join(file, "out"), fill), isNamed);
  assert.equal(readFileSync(file, "utf8"), "text");
});
