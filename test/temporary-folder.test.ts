import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { temporaryFolder } from "../src/temporary-folder.js";

const parent = mkdtempSync(path.join(tmpdir(), "lep-temporary-"));
after(() => rmSync(parent, { recursive: true, force: true }));

test("what a killed process left goes, what living ones use and other work stay", () => {
  const gone = spawnSync(process.execPath, ["-e", ""]).pid;
  const [left, other, own] = [`lep-eval-${gone}-a`, `lep-parquet-${gone}-a`, `lep-eval-${process.pid}-a`].map((name) =>
    path.join(parent, name),
  ) as [string, string, string];
  for (const folder of [left, other, own]) {
    mkdirSync(folder);
    writeFileSync(path.join(folder, "file"), "x");
  }
  const made = temporaryFolder("eval", parent);
  assert.deepEqual([left, other, own, made].map(existsSync), [false, true, true, true]);
  assert.match(path.basename(made), new RegExp(`^lep-eval-${process.pid}-`));
});
