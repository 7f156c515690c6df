import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fillPlaceholders, parseItem, readDataset } from "../../src/benchmark/items.js";
import { tasks } from "../../src/benchmark/registry.js";
import type { Task } from "../../src/benchmark/task.js";
import { LepError } from "../../src/errors.js";
import { taskItems } from "./task-items.js";

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

test("rows without messages get the task's prompt, and the recipe's takes the place of any other", async () => {
  const lines = (items: object[]): string => items.map((item) => `${JSON.stringify(item)}\n`).join("");
  const own = [{ role: "user", content: "{{own}} {question_en}" }];
  const row = taskItems.mmlu_en;
  dataset("mmlu", lines([row, { ...row, messages: own, inputs: { question_en: "?" }, outputs: "A", meta: null }]));
  const { test: items, sha256 } = await readDataset(folder, "mmlu", tasks.mmlu_en);
  assert.match(items[0]!.messages[0]!.content, /^Subject: anatomy\..*What drives the blood\?\nA\. the lungs\n/s);
  assert.deepEqual(items[0]!.meta, { subject: "anatomy" });
  assert.equal(items[0]!.outputs, "B");
  assert.equal(items[1]!.messages[0]!.content, "{own} ?");

  dataset("one", lines([row]));
  const replaced = async (content: string) =>
    readDataset(folder, "one", { ...(tasks.mmlu_en as Task), replacement: [{ role: "user", content }] });
  const other = await replaced("{question} [{option_d}]");
  assert.equal(other.test[0]!.messages[0]!.content, "What drives the blood? [the skin]");
  assert.equal(other.test[0]!.messages.length, 1);
  const plain = await readDataset(folder, "one", tasks.mmlu_en);
  assert.equal(new Set([sha256, other.sha256, plain.sha256]).size, 3);
  await assert.rejects(replaced("{qestion}"), fault("benchmark.placeholder", "line 1", "{qestion}"));
  await assert.rejects(readDataset(folder, "one"), fault("benchmark.item", "line 1", "messages"));
});

test("only so many items count, and a dialogue is no part of the hash", async () => {
  const turn = taskItems.rutie as { meta: object };
  const lines = (from: number) =>
    [0, 1, 2].map((i) => `${JSON.stringify({ ...turn, meta: { question_id: from + i } })}\n`).join("");
  dataset("dialogue", lines(0));
  const { test: items } = await readDataset(folder, "dialogue", { ...tasks.rutie, mostItems: 2 });
  assert.deepEqual(
    items.map(({ dialogue }) => dialogue!.length),
    [0, 1],
  );
  const other = await readDataset(folder, "dialogue", tasks.rutie);
  assert.equal(other.test[2]!.dialogue!.length, 2);
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
