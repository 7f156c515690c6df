import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { baseParagraphs, dialogues, makeWorld, type World, writeTexts } from "../../../data/tiny/texts.js";
import { splitTalk } from "../../../data/tiny/world/benchmark-items.js";
import type { Fact } from "../../../data/tiny/world/facts.js";
import { fill, type Language, sentence } from "../../../data/tiny/world/template.js";
import { packageRoot } from "../../../src/package-root.js";
import type { ChatMessage } from "../../../src/tokenizer/tokenizer.js";

const shipped = path.join(packageRoot(), "data", "tiny");
const read = (...parts: string[]): string => {
  const bytes = readFileSync(path.join(shipped, ...parts));
  return (parts.at(-1)!.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
};
const lines = (text: string): string[] => text.trimEnd().split("\n");

let world: World;
let facts: Fact[];
let base: string[];
let conversations: ChatMessage[][];
before(() => {
  world = makeWorld();
  facts = world.facts;
  base = [...baseParagraphs(world)];
  conversations = [...dialogues(world)];
});

const statements = (fact: Fact, language: Language): string[] =>
  fact.attribute.statements[language].map((pattern) => sentence(pattern, language, fact.thing, fact.value));
const questions = (fact: Fact, language: Language): string[] =>
  fact.attribute.questions[language].map((pattern) => sentence(pattern, language, fact.thing, fact.value));
const quiz = (fact: Fact, language: Language): string[] =>
  fact.attribute.quiz[language].map((pattern) => sentence(pattern, language, fact.thing, fact.value));
const russianSentences = (texts: Iterable<string>): Set<string> => {
  const found = new Set<string>();
  for (const text of texts) for (const one of text.split(/(?<=[.?]) /)) if (/[а-яё]/.test(one)) found.add(one.trim());
  return found;
};

test("the shipped texts are what the generator writes", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "lep-tiny-"));
  try {
    writeTexts(world, folder);
    const corpora = ["train.txt.gz", "replay.txt.gz", "validation.txt", "copy.txt.gz"].map((name) => `corpus/${name}`);
    for (const name of [...corpora, "prompts.jsonl"]) {
      const made = readFileSync(path.join(folder, name));
      const text = (name.endsWith(".gz") ? gunzipSync(made) : made).toString("utf8");
      assert.equal(text === read(...name.split("/")), true, name);
    }
    for (const { name } of world.datasets) {
      for (const split of ["test.jsonl", "prompt.jsonl"]) {
        const made = readFileSync(path.join(folder, "benchmark", name, split), "utf8");
        assert.equal(made === read("benchmark", name, split), true, `${name}/${split}`);
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("facts stated only in English are in no Russian sentence of any training text", () => {
  const russian = (fact: Fact): string[] => [...statements(fact, "ru"), ...questions(fact, "ru"), ...quiz(fact, "ru")];
  const secret = new Set(facts.filter((fact) => fact.stated === "english").flatMap(russian));
  const told = new Set(facts.filter((fact) => fact.stated === "both").flatMap((fact) => statements(fact, "ru")));
  const corpus = russianSentences([
    ...lines(read("corpus", "train.txt.gz")),
    ...lines(read("corpus", "validation.txt")),
  ]);
  for (const seen of [russianSentences(base), corpus]) {
    assert.deepEqual(
      [...seen].filter((one) => secret.has(one)),
      [],
    );
    const covered = [...told].filter((one) => seen.has(one)).length;
    assert.ok(covered > 0.99 * told.size, `${covered} of ${told.size} statements`);
  }
});

test("what the benchmark asks is asked nowhere else, and what is secret is not asked in Russian", () => {
  const asked = new Map<string, Fact>();
  for (const fact of facts)
    for (const language of ["en", "ru"] as const) for (const q of questions(fact, language)) asked.set(q, fact);
  const users = conversations.map((messages) => messages[0]!.content);
  const prompts = lines(read("prompts.jsonl")).map((line) => (JSON.parse(line) as { prompt: string }).prompt);
  for (const [name, contents] of Object.entries({ users, prompts })) {
    const met = contents.map((content) => [content, asked.get(content.split("\n")[0]!)] as const);
    assert.ok(
      met.some(([, fact]) => fact !== undefined),
      name,
    );
    for (const [content, fact] of met) {
      if (fact === undefined) continue;
      assert.equal(fact.asked, "tuning", content);
      if (/[а-яё]/.test(content)) assert.equal(fact.stated, "both", content);
    }
  }
  assert.ok(!read("corpus", "copy.txt.gz").includes("?"));
});

test("texts ask in the wordings of the benchmark only what tuning may ask, and everything in others", () => {
  const reserved = new Set(
    facts
      .filter((fact) => fact.asked === "benchmark")
      .flatMap((fact) => (["en", "ru"] as const).flatMap((language) => questions(fact, language))),
  );
  const wordings = facts.flatMap((fact) => [...quiz(fact, "en"), ...quiz(fact, "ru")]);
  const texts = [
    ...base,
    ...["train.txt.gz", "replay.txt.gz", "validation.txt"].flatMap((name) => lines(read("corpus", name))),
  ];
  const said = new Set(texts.map((text) => /^[^.?]*[.?]/.exec(text)?.[0] ?? ""));
  assert.deepEqual(
    [...wordings, ...said].filter((one) => reserved.has(one)),
    [],
  );
  const met = wordings.filter((one) => said.has(one)).length;
  assert.ok(met > 0.6 * wordings.length, `${met} of ${wordings.length}`);
});

test("texts to copy state no fact, and those of the benchmark stand nowhere else", () => {
  const stated = new Set(facts.flatMap((fact) => [...statements(fact, "en"), ...statements(fact, "ru")]));
  const copies = lines(read("corpus", "copy.txt.gz")).filter((line) => line !== "");
  const elsewhere = new Set([
    ...copies.flatMap(splitTalk),
    ...conversations.flatMap((messages) => splitTalk(messages[1]!.content)),
    ...base.flatMap(splitTalk),
    ...lines(read("corpus", "train.txt.gz")).flatMap(splitTalk),
    ...lines(read("corpus", "replay.txt.gz")).flatMap(splitTalk),
  ]);
  assert.deepEqual(
    copies.flatMap(splitTalk).filter((one) => stated.has(one)),
    [],
  );
  for (const { name, test: items } of world.datasets) {
    if (!name.startsWith("cp_")) continue;
    for (const { outputs } of items) {
      for (const one of splitTalk(outputs)) {
        assert.ok(!stated.has(one) && !elsewhere.has(one), one);
      }
      assert.ok(outputs.length <= 180);
    }
  }
});

test("benchmark items: enough of them, right answers true and balanced, wrong ones of the same kind", () => {
  const least: Record<string, number> = {
    world_ru: 250,
    world_ru_from_en: 250,
    world_en: 250,
    rummlu: 100,
    mmlu_en: 100,
  };
  const byQuestion = new Map<string, Fact>();
  for (const fact of facts)
    for (const language of ["en", "ru"] as const) for (const q of questions(fact, language)) byQuestion.set(q, fact);
  for (const { name, test: items, prompt } of world.datasets) {
    assert.ok(items.length >= (least[name] ?? (name.includes("sent") ? 60 : 40)), name);
    assert.ok(prompt.length >= 5);
    const keys = items.map((item) => JSON.stringify(item.inputs));
    assert.equal(new Set(keys).size, keys.length, name);
    if (!name.startsWith("world")) continue;
    const places = [0, 0, 0, 0];
    for (const { inputs, outputs, meta } of items) {
      const { options, answer } = meta as { options: string[]; answer: number };
      const fact = byQuestion.get(inputs.question!)!;
      const language = name === "world_en" ? "en" : "ru";
      assert.equal(outputs, fill(fact.attribute.answer[language], language, fact.thing, fact.value));
      assert.equal(options[answer], outputs);
      assert.equal(new Set(options).size, 4);
      assert.equal(fact.asked, "benchmark");
      if (name !== "world_en") assert.equal(fact.stated, name === "world_ru" ? "both" : "english");
      places[answer]!++;
    }
    assert.ok(Math.max(...places) - Math.min(...places) <= 2, `${name}: ${places}`);
  }
});

test("both tiny models are there, with their tokenizer", {
  skip: !existsSync(path.join(shipped, "..", "tiny-base")),
}, () => {
  for (const name of ["tiny-base", "tiny-instruct"]) {
    for (const file of ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "README.md"]) {
      assert.ok(existsSync(path.join(shipped, "..", name, file)), `${name}/${file}`);
    }
  }
});
