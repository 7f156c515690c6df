import assert from "node:assert/strict";
import { test } from "node:test";
import { shippedData } from "../../src/benchmark/data/prepare-data.js";
import { groupDatasets } from "../../src/benchmark/groups.js";
import { type Dataset, type Item, readDataset } from "../../src/benchmark/items.js";
import { tasks } from "../../src/benchmark/registry.js";
import type { Task } from "../../src/benchmark/task.js";
import { mmluSubjects } from "../../src/benchmark/tasks/mmlu-subjects.js";

const names = Object.values(groupDatasets).flat();
const read = (name: (typeof names)[number]): Promise<Dataset> => readDataset(shippedData(), name, tasks[name]);

/** What makes an item another one: all that is asked. */
const asked = ({ inputs }: Item): string => JSON.stringify(Object.values(inputs)).toLowerCase().replace(/ё/g, "е");

/** Pieces of five words. */
function shingles(text: string): Set<string> {
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(words.slice(4).map((_, i) => words.slice(i, i + 5).join(" ")));
}

for (const name of names) {
  test(`${name}: enough items, no two alike, every one a question`, async () => {
    const { test: items, prompt } = await read(name);
    assert.ok(items.length >= 30 && prompt.length >= 5, `${items.length}, ${prompt.length}`);
    const task: Task = tasks[name];
    const all = [...items, ...prompt];
    assert.equal(new Set(all.map(asked)).size, all.length, "items are there twice");
    for (const item of all) {
      for (const { messages } of task.questions(item)) {
        for (const { content } of messages)
          assert.doesNotMatch(content, /\{[a-z_0-9]+\}|undefined|null| {2}/, item.place);
      }
      for (const text of Object.values(item.inputs)) assert.equal(text, text.normalize("NFC").trim(), item.place);
    }
  });
}

for (const name of names.filter((each) => !/^(cp|treeway|multiq|use)/.test(each))) {
  test(`${name}: every answer is right about as often, and choices differ`, async () => {
    const { test: items } = await read(name);
    const golds = new Map<unknown, number>();
    for (const item of items) golds.set(item.outputs, (golds.get(item.outputs) ?? 0) + 1);
    const choices = name === "rwsd" || name === "parus" || name === "rutie" ? 2 : name === "rcb" ? 3 : 4;
    assert.equal(golds.size, choices);
    assert.ok(Math.max(...golds.values()) - Math.min(...golds.values()) <= 1, JSON.stringify([...golds]));
    for (const { inputs, place } of items) {
      const options = Object.entries(inputs).flatMap(([key, text]) => (/^(option_|choice)/.test(key) ? [text] : []));
      assert.equal(new Set(options).size, options.length, place);
    }
  });
}

for (const name of names.filter((each) => each.startsWith("cp_"))) {
  test(`${name}: texts share next to nothing, and are of the right length`, async () => {
    const { test: items, prompt } = await read(name);
    const all = [...items, ...prompt].map(({ inputs }) => inputs.text!);
    const seen = new Map<string, string>();
    for (const text of all) {
      for (const shingle of shingles(text)) {
        assert.equal(seen.get(shingle), undefined, `${shingle}: ${text}`);
        seen.set(shingle, text);
      }
      const sentences = text.match(/[.!?…»")]+(?= \p{Lu}| [—«"(\d]|$)/gu) ?? [];
      if (name.startsWith("cp_para")) assert.ok(sentences.length >= 3, text);
    }
    assert.ok(all.some((text) => /\d/.test(text)) && all.some((text) => /[«"]/.test(text)));
    if (name.endsWith("ru")) assert.ok(all.some((text) => /ё/.test(text)) && all.some((text) => /—/.test(text)));
  });
}

test("MMLU asks about all four categories, in both languages the same", async () => {
  const [russian, english] = [await read("mmlu_ru"), await read("mmlu_en")];
  for (const part of ["test", "prompt"] as const) {
    const facts = (dataset: Dataset) => dataset[part].map(({ outputs, meta }) => [outputs, meta.subject]);
    assert.deepEqual(facts(russian), facts(english));
    const subjects = new Set(english[part].map(({ meta }) => String(meta.subject)));
    const categories = new Set([...subjects].map((subject) => mmluSubjects.get(subject)!.category));
    assert.deepEqual([subjects.size, categories.size], [10, 4]);
    for (const subject of subjects) {
      const own = english[part].filter(({ meta }) => meta.subject === subject);
      assert.equal(own.length, part === "test" ? 4 : 5, subject);
    }
  }
});

test("MultiQ: the answer stands in the text, and what leads to it in the other one", async () => {
  for (const { inputs, outputs, meta, place } of (await read("multiq")).test) {
    const [first] = outputs as { segment: string; offset: number; length: number }[];
    const { segment, offset, length } = first!;
    assert.equal(inputs.text!.slice(offset, offset + length), segment, place);
    assert.ok(!inputs.support_text!.includes(segment), place);
    assert.ok((meta.bridge_answers as unknown[]).length > 0, place);
  }
});

test("ruTiE: whole dialogues, in order", async () => {
  const dialogues = new Map<unknown, unknown[]>();
  for (const { meta } of (await read("rutie")).test) {
    dialogues.set(meta.dialog_id, [...(dialogues.get(meta.dialog_id) ?? []), meta.question_id]);
  }
  assert.equal(dialogues.size, 3);
  for (const questions of dialogues.values()) {
    assert.deepEqual(
      questions,
      questions.map((_, i) => i),
    );
  }
});

test("USE: two whole variants of 34 points, with every kind of task", async () => {
  const { test: items, prompt } = await read("use");
  for (const variant of [1, 2]) {
    const own = items.filter(({ meta }) => meta.variant === variant);
    assert.deepEqual(
      own.map(({ meta }) => Number(meta.id_task)),
      Array.from({ length: 26 }, (_, i) => i + 1),
    );
    assert.equal(
      own.reduce((sum, { meta }) => sum + Number(meta.score), 0),
      34,
    );
  }
  for (const part of [items, prompt]) assert.equal(new Set(part.map(({ meta }) => meta.type)).size, 5);
});

test("treeway: the key sentences are some, not all, and summaries are shorter than texts", async () => {
  for (const { inputs, outputs, place } of (await read("treeway_extractive")).test) {
    const sentences = JSON.parse(inputs.sentences!) as string[];
    const gold = new Set(outputs as number[]);
    assert.ok(gold.size === (outputs as number[]).length && gold.size < sentences.length, place);
  }
  for (const { inputs, outputs, place } of (await read("treeway_abstractive")).test) {
    assert.ok(String(outputs).length < 0.6 * inputs.text!.length, place);
  }
});
