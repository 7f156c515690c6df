import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { groupDatasets } from "../../src/benchmark/groups.js";
import { readDataset } from "../../src/benchmark/items.js";
import { type TaskName, taskNames, tasks } from "../../src/benchmark/registry.js";
import type { Answer, JudgedSample, Task } from "../../src/benchmark/task.js";
import { LepError } from "../../src/errors.js";
import { packageRoot } from "../../src/package-root.js";
import { parsed, taskItems } from "./task-items.js";

/** A token a character: enough to count. */
const tokenizer = { encode: async (text: string) => [...text].map((character) => character.codePointAt(0)!) };

/** Metrics of a sample that are counts or names of classes, not marks. */
const unmarked = [
  "characters",
  "tokens",
  "words",
  "copy_symbols_per_token",
  "empty",
  "gold",
  "predicted",
  "most_points",
];
/** A variant of the exam is whole with 34 points. */
const samplesFor = (name: TaskName): number => (name === "use" ? 34 : 1);

test("every data set of Darumeru has its task, under its own name and in its group", () => {
  for (const [group, datasets] of Object.entries(groupDatasets)) {
    for (const name of datasets) {
      assert.equal(tasks[name].group, group);
      assert.equal(tasks[name].dataset, name);
    }
  }
  const own = taskNames.filter((name) => (tasks[name] as Task).group === null);
  assert.deepEqual(own, ["world_ru", "world_en", "world_ru_from_en"]);
  assert.equal(new Set(taskNames.map((name) => tasks[name].dataset)).size, taskNames.length);
});

for (const name of taskNames) {
  const task: Task = tasks[name];
  test(`${name}: the gold answer scores full marks, and a wrong one does not`, async () => {
    const item = parsed(name);
    const gold = await task.gold(item, tokenizer);
    const marks = await task.judge(item, gold, tokenizer);
    for (const [metric, value] of Object.entries(marks)) {
      if (!unmarked.includes(metric)) assert.equal(value, 1, metric);
    }
    const sample: JudgedSample = { metrics: marks, meta: item.meta, seconds: 0.5 };
    const items = samplesFor(name);
    const scores = task.aggregate(new Array<JudgedSample>(items).fill(sample));
    assert.equal(scores[task.metric]!.value, 1);
    for (const score of Object.values(scores)) assert.ok(Number.isFinite(score.value) && score.items === items);
    assert.ok(task.target(item).length > 0);

    const wrong = gold.map((answer): Answer => {
      if (answer.ask === "generate") return { ...answer, text: "", tokens: 0 };
      const logProbabilities = answer.logProbabilities.map((value) => -value);
      return { ...answer, choice: (answer.choice + 1) % 2, logProbabilities };
    });
    const failed = await task.judge(item, wrong, tokenizer);
    const none = task.aggregate([{ metrics: failed, meta: item.meta, seconds: 0.5 }]);
    // Of three sentences with two gold ones, the worst order still has one of them.
    assert.equal(none[task.metric]!.value, name === "treeway_extractive" ? 0.5 : 0);
    assert.deepEqual(await task.judge(item, wrong, tokenizer), failed);
  });

  test(`${name}: its questions fit its answers, and a line does not change with how often it is read`, async () => {
    const item = parsed(name);
    const gold = await task.gold(item, tokenizer);
    assert.deepEqual(
      task.questions(item).map(({ ask }) => ask),
      gold.map(({ ask }) => ask),
    );
    assert.deepEqual(parsed(name), item);
    assert.ok(task.version >= 1 && task.title !== "");
    for (const { messages } of task.questions(item)) {
      for (const { content } of messages) assert.doesNotMatch(content, /\{[a-z_]+[0-9]?\}/);
    }
  });
}

test("an item without the parts that its task needs is named", () => {
  const broken = (change: object, name: TaskName, part: string): void => {
    assert.throws(
      () => {
        const item = parsed(name, { ...taskItems[name], ...change }, "file: line 7");
        tasks[name].questions(item);
        tasks[name].target(item);
      },
      (error: unknown) => {
        assert.ok(error instanceof LepError, String(error));
        assert.equal(error.exitCode, 2);
        assert.ok(error.message.includes("line 7") && error.message.includes(part), error.message);
        return true;
      },
    );
  };
  const metaOf = (name: TaskName, change: object) => ({
    meta: { ...(taskItems[name] as { meta: object }).meta, ...change },
  });
  const inputsOf = (name: TaskName, change: object) => ({
    inputs: { ...(taskItems[name] as { inputs: object }).inputs, ...change },
  });
  for (const name of taskNames.filter((each) => "outputs" in taskItems[each])) {
    broken({ outputs: null }, name, "outputs");
    if (!name.startsWith("cp_")) broken({ outputs: { a: 1 } }, name, "outputs");
  }
  for (const name of ["rummlu", "ruopenbookqa", "ruworldtree"] as const) broken({ outputs: "E" }, name, "outputs");
  broken({ outputs: "4" }, "rcb", "outputs");
  broken({ outputs: "нет" }, "rwsd", "outputs");
  broken({ outputs: [] }, "multiq", "outputs");
  broken({ outputs: [{ segment: " " }] }, "multiq", "outputs");
  broken({ subject: "alchemy" }, "mmlu_ru", "subject");
  broken({ choices_en: ["a", "b", "c"] }, "mmlu_en", "choices_en");
  broken({ answer: 4 }, "mmlu_en", "answer");
  broken({ messages: [{ role: "user", content: "?" }], outputs: "A" }, "mmlu_en", "meta.subject");
  broken(inputsOf("parus", { choice2: null }), "parus", "choice2");
  broken({ messages: [{ role: "user", content: "{choice1}" }] }, "parus", "{choice2}");
  broken(metaOf("rutie", { question_id: "x" }), "rutie", "question_id");
  broken(inputsOf("rutie", { question: null }), "rutie", "question");
  broken(metaOf("use", { type: null }), "use", "meta.type");
  broken(metaOf("use", { variant: null }), "use", "meta.variant");
  broken({ summary_sents: null }, "treeway_abstractive", "outputs");
  broken({ src_sents: ["Одно."] }, "treeway_abstractive", "src_sents");
  broken({ extractive_summary: [] }, "treeway_extractive", "outputs");
  broken({ extractive_summary: [3] }, "treeway_extractive", "sentence");
  broken({ src_sents: ["Раз.", " "] }, "treeway_extractive", "src_sents.1");
  broken(inputsOf("cp_sent_ru", { text: " " }), "cp_sent_ru", "inputs.text");
  broken(metaOf("world_ru", { answer: 0 }), "world_ru", "option 0");
  broken(metaOf("world_ru", { options: [] }), "world_ru", "meta.options");
});

for (const folder of [path.join("tiny", "benchmark"), "darumeru-mini"]) {
  const shipped = path.join(packageRoot(), "data", folder);
  test(`every item of data/${folder} scores full marks with its gold answer`, {
    skip: !existsSync(shipped) && "no items",
  }, async () => {
    for (const name of taskNames) {
      const task: Task = tasks[name];
      if (!existsSync(path.join(shipped, task.dataset))) continue;
      const { test: items, prompt } = await readDataset(shipped, task.dataset, task);
      const samples: JudgedSample[] = [];
      for (const item of items) {
        const metrics = await task.judge(item, await task.gold(item, tokenizer), tokenizer);
        samples.push({ metrics, meta: item.meta, seconds: 1 });
      }
      // A paragraph longer than a sentence task's limit could not: the shipped ones are shorter.
      assert.equal(task.aggregate(samples)[task.metric]!.value, 1, name);
      for (const item of [...items, ...prompt]) assert.ok(task.questions(item).length > 0 && task.target(item) !== "");
    }
  });
}
