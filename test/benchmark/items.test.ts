import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fillPlaceholders, parseItem, readDataset } from "../../src/benchmark/items.js";
import { LepError } from "../../src/errors.js";

let folder: string;
before(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lep-items-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const fault =
  (code: string, ...parts: string[]) =>
  (error: unknown) => {
    assert.ok(error instanceof LepError, String(error));
    assert.equal(error.code, code);
    for (const part of parts) assert.ok(error.message.includes(part), `${error.message} has no ${part}`);
    return true;
  };

function dataset(name: string, test: string, prompt?: string): void {
  mkdirSync(path.join(folder, name), { recursive: true });
  writeFileSync(path.join(folder, name, "test.jsonl"), test);
  if (prompt !== undefined) writeFileSync(path.join(folder, name, "prompt.jsonl"), prompt);
}

test("placeholders are filled once, braces are written twice", () => {
  const inputs = { a: "{b}", b: "x", имя: "мост" };
  assert.equal(fillPlaceholders("{a} {{b}} {b} {имя}", inputs, "here"), "{b} {b} x мост");
  assert.throws(() => fillPlaceholders("{c}", inputs, "file: line 3"), fault("benchmark.placeholder", "line 3", "{c}"));
  assert.throws(() => fillPlaceholders("{toString}", inputs, "here"), fault("benchmark.placeholder", "{toString}"));
  assert.throws(() => fillPlaceholders("a } b", inputs, "here"), fault("benchmark.placeholder"));
});

test("an item in Darumeru's format", () => {
  const item = parseItem(
    {
      messages: [
        { role: "user", content: "{text} {n}" },
        { role: "bot", content: "Ответ:" },
      ],
      inputs: { text: "Где мост?", n: 3, absent: null },
      outputs: "A",
      meta: null,
    },
    "here",
    4,
  );
  assert.deepEqual(item, {
    id: "4",
    place: "here",
    messages: [
      { role: "user", content: "Где мост? 3" },
      { role: "assistant", content: "Ответ:" },
    ],
    template: [
      { role: "user", content: "{text} {n}" },
      { role: "assistant", content: "Ответ:" },
    ],
    inputs: { text: "Где мост?", n: "3" },
    outputs: "A",
    meta: {},
  });
});

test("faults name file, line and field", async () => {
  const good = '{"messages":[{"role":"user","content":"a"}],"outputs":"b"}';
  await assert.rejects(readDataset(folder, "absent"), fault("benchmark.no_data", "absent"));
  dataset("empty", "\n\n");
  await assert.rejects(readDataset(folder, "empty"), fault("benchmark.no_items", "empty"));
  dataset("json", `${good}\n{"messages":\n`);
  await assert.rejects(readDataset(folder, "json"), fault("corpus.broken_json", "line 2"));
  dataset("outputs", `${good}\n\n{"messages":[{"role":"user","content":"a"}]}\n`);
  await assert.rejects(readDataset(folder, "outputs"), fault("benchmark.item", "line 3", "outputs"));
  dataset("role", good.replace("user", "narrator"));
  await assert.rejects(readDataset(folder, "role"), fault("benchmark.item", "line 1", "messages.0.role"));
  dataset("placeholder", good.replace('"a"', '"a {b}"'));
  await assert.rejects(readDataset(folder, "placeholder"), fault("benchmark.placeholder", "line 1", "{b}"));
  dataset("example", good, "[]\n");
  await assert.rejects(readDataset(folder, "example"), fault("benchmark.item", "prompt.jsonl", "line 1"));
});

test("the hash of a data set changes with its items, not with its place", async () => {
  const line = (text: string): string => `{"messages":[{"role":"user","content":"${text}"}],"outputs":"b"}\n`;
  dataset("one", line("a"));
  dataset("same", line("a"));
  dataset("other", line("ä"));
  const [one, same, other] = await Promise.all(["one", "same", "other"].map((name) => readDataset(folder, name)));
  assert.equal(one!.sha256, same!.sha256);
  assert.notEqual(one!.sha256, other!.sha256);
});
