import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { normalised } from "../../../src/calibration/filters/duplicate.js";
import { minHashes, similarity } from "../../../src/calibration/filters/near-duplicate.js";
import { readPrompts } from "../../../src/corpus/prompts.js";
import { countScriptLetters } from "../../../src/corpus/script-share.js";
import { packageRoot } from "../../../src/package-root.js";

const file = path.join(packageRoot(), "data", "prompts", "ru.jsonl");
const lines = readFileSync(file, "utf8").trimEnd().split("\n");
const prompts = lines.map((line) => JSON.parse(line) as { prompt: string; kind: string });

test("the prompts that ship can be read, are Russian, of many kinds and all different", async () => {
  assert.equal((await readPrompts([file])).length, prompts.length);
  assert.ok(prompts.length >= 300);
  const kinds = new Map<string, number>();
  const letters = countScriptLetters("Cyrillic");
  for (const { prompt, kind, ...rest } of prompts) {
    assert.deepEqual(rest, {});
    const { ofScript, all } = letters(prompt);
    assert.equal(ofScript, all, prompt);
    assert.equal(prompt, prompt.trim().normalize("NFC"));
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  assert.ok(kinds.size >= 7);
  for (const [kind, count] of kinds) assert.ok(count >= 20, kind);
  assert.equal(new Set(prompts.map(({ prompt }) => normalised(prompt))).size, prompts.length);
});

test("no two of them are alike", () => {
  const signatures = prompts.flatMap(({ prompt }) => minHashes(prompt) ?? []);
  for (const [i, a] of signatures.entries()) {
    for (const b of signatures.slice(i + 1)) assert.ok(similarity(a, b) < 0.5);
  }
});
