/** The examples of docs/library.md, as a user runs them: each in a process of its own, on what the one before has made. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { packageRoot } from "../../src/package-root.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-examples-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => path.join(folder, name);
const shipped = (...parts: string[]): string => path.join(packageRoot(), "data", ...parts);

async function example(name: string, ...args: string[]): Promise<string> {
  const script = path.join(packageRoot(), "dist", "docs", "examples", `${name}.js`);
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args]);
  return stdout;
}

test("every stage from TypeScript", async () => {
  const [base, instruct] = [shipped("tiny-base"), shipped("tiny-instruct")];
  const text = shipped("tiny", "corpus", "validation.txt");
  const prompts = at("prompts.jsonl");
  const lines = readFileSync(shipped("tiny", "prompts.jsonl"), "utf8").split("\n");
  writeFileSync(prompts, lines.slice(0, 8).join("\n"));

  assert.match(await example("vocabulary", base, text, at("tokenizer")), /^1876 tokens, 400 of them new/);
  assert.match(await example("initialise", base, at("tokenizer"), at("initialised")), /^1876 rows, 400 of them new/);
  const bits = await example("pretrain", at("initialised"), text, text, at("adapted"));
  const [before, trained] = /: ([\d.]+) → ([\d.]+)/.exec(bits)!.slice(1).map(Number) as [number, number];
  assert.ok(trained < before, bits);
  assert.match(
    await example("propagate", base, instruct, at("adapted"), at("propagated")),
    /^1876 rows; the map misses \d/,
  );
  assert.match(
    await example("calibrate", at("propagated"), instruct, prompts, at("calibrated")),
    /^\d+ conversations, loss/,
  );
  const scores = await example("evaluate", at("calibrated"), shipped("tiny", "benchmark"), at("r.sqlite"), at("board"));
  assert.ok("accuracy" in JSON.parse(scores).rummlu);
  const recipe = path.join(packageRoot(), "recipes", "tiny-extended.yaml");
  assert.match(await example("run", recipe, at("run")), /adapted/);
});

test("docs/library.md shows the examples as they are", () => {
  const page = readFileSync(path.join(packageRoot(), "docs", "library.md"), "utf8");
  const blocks = [...page.matchAll(/<!-- (\w+) -->\n```ts\n([\s\S]*?)```/g)];
  assert.ok(blocks.length >= 7);
  for (const [, name, code] of blocks) {
    assert.equal(code, readFileSync(path.join(packageRoot(), "docs", "examples", `${name}.ts`), "utf8"), name);
  }
});
