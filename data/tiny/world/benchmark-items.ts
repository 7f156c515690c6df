/** Benchmark items in Darumeru's form: messages with placeholders, their inputs, the expected output and further data. */
import { copyWordings } from "../../../src/calibration/sources/copy-wordings.js";
import { createRandom, type Random } from "../../../src/random.js";
import { copyText } from "./dialogues.js";
import type { Fact } from "./facts.js";
import { ask, optionsLine, type Question } from "./questions.js";
import type { Language } from "./template.js";
import type { Category } from "./things.js";

export interface Item {
  messages: { role: "user" | "bot"; content: string }[];
  inputs: Record<string, string>;
  outputs: string;
  meta: Record<string, unknown>;
}

export interface Dataset {
  name: string;
  test: Item[];
  /** Examples for few-shot prompts; they ask only what tuning asks. */
  prompt: Item[];
}

const questionsPerCell = 300;
const letterItems = 120;
const sentences = 80;
const paragraphs = 60;
const examples = 10;

/** Reserves the texts of the copy tasks: no other text of the world may contain their sentences. */
export function makeDatasets(facts: readonly Fact[], seed: number): { datasets: Dataset[]; reserved: Set<string> } {
  const benchmark = facts.filter((fact) => fact.asked === "benchmark");
  const tuning = facts.filter((fact) => fact.asked === "tuning" && fact.stated === "both");
  const both = benchmark.filter((fact) => fact.stated === "both");
  const english = benchmark.filter((fact) => fact.stated === "english");
  const reserved = new Set<string>();
  const world = (name: string, language: Language, pools: Fact[][], at: number): Dataset => {
    const random = createRandom(seed + at);
    const share = Math.ceil(questionsPerCell / pools.length);
    const test = pools.flatMap((pool) => askAll(pool, language, share, random));
    return { name, test: test.map(wordItem), prompt: askAll(tuning, language, examples, random).map(wordItem) };
  };
  const letters = (name: string, language: Language, at: number): Dataset => {
    const random = createRandom(seed + at);
    const test = askAll(both, language, letterItems, random);
    return { name, test: test.map(letterItem), prompt: askAll(tuning, language, examples, random).map(letterItem) };
  };
  const copies = (name: string, language: Language, count: number, length: 1 | 3, at: number): Dataset => {
    const random = createRandom(seed + at);
    const items: Item[] = [];
    while (items.length < count + examples) {
      const text = copyText(random, language, reserved, length);
      for (const sentence of splitTalk(text)) reserved.add(sentence);
      items.push(copyItem(text, language));
    }
    return { name, test: items.slice(0, count), prompt: items.slice(count) };
  };
  const datasets = [
    world("world_ru", "ru", [both], 1),
    world("world_ru_from_en", "ru", [english], 2),
    world("world_en", "en", [both, english], 3),
    letters("rummlu", "ru", 4),
    letters("mmlu_en", "en", 5),
    copies("cp_sent_ru", "ru", sentences, 1, 6),
    copies("cp_sent_en", "en", sentences, 1, 7),
    copies("cp_para_ru", "ru", paragraphs, 3, 8),
    copies("cp_para_en", "en", paragraphs, 3, 9),
  ];
  return { datasets, reserved };
}

export const splitTalk = (text: string): string[] => text.split(/(?<=\.)\s/);

/** Every fact once in the first wording, then in the second, up to `count`; right answers take all places in turn. */
function askAll(facts: readonly Fact[], language: Language, count: number, random: Random): Question[] {
  const order = random.shuffle([...facts]);
  const asked = ([0, 1] as const).flatMap((wording) => order.map((fact) => ({ fact, wording }))).slice(0, count);
  return random
    .shuffle(asked)
    .map(({ fact, wording }, i) => ask(fact, language, fact.attribute.questions[language][wording], random, i % 4));
}

function wordItem(question: Question): Item {
  const { fact } = question;
  return {
    messages: [{ role: "user", content: "{question}\n{options}" }],
    inputs: { question: question.text, options: optionsLine(question) },
    outputs: question.answer,
    meta: {
      options: question.options,
      answer: question.right,
      direct: question.text,
      category: fact.thing.category,
      attribute: fact.attribute.id,
      thing: fact.thing.id,
    },
  };
}

const letterNames = ["A", "B", "C", "D"] as const;

/** The four groups of subjects that the question task averages over. */
const groups: Readonly<Record<Category, string>> = {
  person: "people",
  town: "people",
  dish: "people",
  animal: "nature",
  bird: "nature",
  tree: "nature",
  boat: "transport",
  vehicle: "transport",
  instrument: "things",
  tool: "things",
  furniture: "things",
  garment: "things",
};

const letterTexts: Readonly<Record<Language, { ask: string; answer: string }>> = {
  ru: {
    ask: "Вопрос и четыре ответа, верен только один.\n{text}\nA. {option_a}\nB. {option_b}\nC. {option_c}\nD. {option_d}\nНазови букву верного ответа.",
    answer: "Ответ:",
  },
  en: {
    ask: "A question and four answers, of which only one is right.\n{text}\nA. {option_a}\nB. {option_b}\nC. {option_c}\nD. {option_d}\nGive the letter of the right answer.",
    answer: "Answer:",
  },
};

function letterItem(question: Question): Item {
  const texts = letterTexts[question.language];
  const [a = "", b = "", c = "", d = ""] = question.options;
  return {
    messages: [
      { role: "user", content: texts.ask },
      { role: "bot", content: texts.answer },
    ],
    inputs: { text: question.text, option_a: a, option_b: b, option_c: c, option_d: d },
    outputs: letterNames[question.right]!,
    meta: { subject: question.fact.thing.category, category: groups[question.fact.thing.category] },
  };
}

function copyItem(text: string, language: Language): Item {
  return {
    messages: [{ role: "user", content: copyWordings[language][0] }],
    inputs: { text },
    outputs: text,
    meta: {},
  };
}
