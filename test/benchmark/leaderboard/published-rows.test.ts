import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { microOfGroups, readPublished } from "../../../src/benchmark/leaderboard/published-rows.js";
import { LepError } from "../../../src/errors.js";

test("group means of every complete published row give its micro average to 0.0008", () => {
  const complete = readPublished().rows.flatMap(({ groups, micro }) => {
    const ours = microOfGroups(groups);
    return ours === null ? [] : [Math.abs(ours - micro)];
  });
  assert.equal(complete.length, 46);
  assert.ok(Math.max(...complete) <= 0.0008, String(Math.max(...complete)));
});

test("a row without a group has no micro average of its groups", () => {
  const groups = { DaruMMLU: 0.5, DaruMERA: 0.5, DaruSum: null, DaruCopy_EN: 0.5, DaruCopy_RU: 0.5 };
  assert.equal(microOfGroups(groups), null);
  assert.equal(microOfGroups({ ...groups, DaruSum: 0.5 }), 0.5);
});

test("a damaged file is named", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "lep-published-"));
  const file = path.join(folder, "rows.json");
  writeFileSync(file, '{"source": {"title": "t", "url": "u"}, "rows": [{"table": 1, "model": "m", "micro": 61}]}');
  assert.throws(
    () => readPublished(file),
    (error: unknown) => error instanceof LepError && error.message.includes(file),
  );
  rmSync(folder, { recursive: true });
});
