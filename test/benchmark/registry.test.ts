import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { groupDatasets } from "../../src/benchmark/groups.js";
import { type Item, parseItem, readDataset } from "../../src/benchmark/items.js";
import { type TaskName, taskNames, tasks } from "../../src/benchmark/registry.js";
import type { Answer, Task } from "../../src/benchmark/task.js";
import { LepError } from "../../src/errors.js";
import { packageRoot } from "../../src/package-root.js";

/** A token a character: enough to count. */
const tokenizer = { encode: async (text: string) => [...text].map((character) => character.codePointAt(0)!) };

const letterItem = {
  messages: [
    { role: "user", content: "{text}" },
    { role: "bot", content: "Ответ:" },
  ],
  inputs: { text: "Где мост?" },
  outputs: "C",
  meta: { category: "people", subject: "town" },
};
const copyItem = {
  messages: [{ role: "user", content: "Повтори:\n{text}" }],
  inputs: { text: "Король видел 🙂 море." },
  outputs: "Король видел 🙂 море.",
  meta: {},
};
const worldItem = {
  messages: [{ role: "user", content: "{question}\n{options}" }],
  inputs: { question: "Где стоит дом?", options: "в Заречье, в Дубраве" },
  outputs: "в Дубраве",
  meta: { options: ["в Заречье", "в Дубраве"], answer: 1, direct: "Где стоит дом?", category: "town" },
};
const itemOf = (name: TaskName): Item =>
  parseItem(name.startsWith("cp_") ? copyItem : name.startsWith("world_") ? worldItem : letterItem, "here", 0);

/** Metrics of a sample that are counts, not marks. */
const counts = ["characters", "tokens", "words", "copy_symbols_per_token"];

for (const name of taskNames) {
  const task: Task = tasks[name];
  test(`${name}: the gold answer scores full marks, and a wrong one does not`, async () => {
    const item = itemOf(name);
    const gold = await task.gold(item, tokenizer);
    const marks = await task.judge(item, gold, tokenizer);
    for (const [metric, value] of Object.entries(marks)) if (!counts.includes(metric)) assert.equal(value, 1, metric);
    const scores = task.aggregate([{ metrics: marks, meta: item.meta, seconds: 0.5 }]);
    assert.equal(scores[task.metric]!.value, 1);
    for (const { value, items } of Object.values(scores)) assert.ok(Number.isFinite(value) && items === 1);
    assert.ok(task.target(item).length > 0);

    const wrong = gold.map(
      (answer): Answer =>
        answer.ask === "generate" ? { ...answer, text: "", tokens: 0 } : { ...answer, choice: (answer.choice + 1) % 2 },
    );
    const failed = await task.judge(item, wrong, tokenizer);
    assert.equal(failed[task.metric], 0);
    assert.deepEqual(await task.judge(item, wrong, tokenizer), failed);
  });

  test(`${name}: its questions fit its answers, its names fit the groups`, async () => {
    const item = itemOf(name);
    const questions = task.questions(item);
    const gold = await task.gold(item, tokenizer);
    assert.deepEqual(
      questions.map(({ ask }) => ask),
      gold.map(({ ask }) => ask),
    );
    if (task.group !== null) assert.ok((groupDatasets[task.group] as readonly string[]).includes(name));
    else
      assert.ok(
        !Object.values(groupDatasets)
          .flat()
          .includes(name as never),
      );
    assert.ok(task.version >= 1 && task.title !== "");
    assert.match(task.dataset, /^[a-z_]+$/);
  });
}

test("an item without the parts that its task needs is named", () => {
  const broken = (item: object, name: TaskName, part: string): void => {
    assert.throws(
      () => {
        const parsed = parseItem(item, "file: line 7", 0);
        tasks[name].questions(parsed);
        tasks[name].target(parsed);
      },
      (error: unknown) => {
        assert.ok(
          error instanceof LepError && error.message.includes("line 7") && error.message.includes(part),
          String(error),
        );
        return true;
      },
    );
  };
  broken({ ...letterItem, outputs: "E" }, "rummlu", "outputs");
  broken({ ...copyItem, inputs: { text: " " } }, "cp_sent_ru", "inputs.text");
  broken({ ...worldItem, meta: { ...worldItem.meta, answer: 0 } }, "world_ru", "option 0");
  broken({ ...worldItem, meta: { ...worldItem.meta, options: [] } }, "world_ru", "meta.options");
  broken({ ...worldItem, outputs: 5 }, "world_en", "outputs");
});

const shipped = path.join(packageRoot(), "data", "tiny", "benchmark");

test("every item that ships scores full marks with its gold answer", {
  skip: !existsSync(shipped) && "no items",
}, async () => {
  for (const name of taskNames) {
    const task: Task = tasks[name];
    const dataset = await readDataset(shipped, task.dataset);
    for (const item of [...dataset.test, ...dataset.prompt]) {
      const marks = await task.judge(item, await task.gold(item, tokenizer), tokenizer);
      // A paragraph longer than a sentence task's limit could not: the shipped ones are shorter.
      assert.equal(marks[task.metric], 1, item.place);
      assert.equal(task.questions(item).length, name.startsWith("world_") ? 2 : 1);
    }
  }
});
