/** One item of each data set in the hub's shape, of our own wording, and what else a task needs to be judged. */
import { type Item, parseItem } from "../../src/benchmark/items.js";
import { type TaskName, tasks } from "../../src/benchmark/registry.js";
import type { Task } from "../../src/benchmark/task.js";

const lettered = {
  messages: [
    { role: "user", content: "{text}\nA. {option_a}\nB. {option_b}\nC. {option_c}\nD. {option_d}" },
    { role: "bot", content: "Ответ:" },
  ],
  inputs: { text: "Где мост?", option_a: "в Заречье", option_b: "на море", option_c: "у дома", option_d: "нигде" },
  outputs: "C",
  meta: { id: 0 },
};
const copied = {
  messages: [{ role: "user", content: "Повтори:\n{text}" }],
  inputs: { text: "Король видел 🙂 море." },
  outputs: "Король видел 🙂 море.",
  meta: {},
};
const world = {
  messages: [{ role: "user", content: "{question}\n{options}" }],
  inputs: { question: "Где стоит дом?", options: "в Заречье, в Дубраве" },
  outputs: "в Дубраве",
  meta: { options: ["в Заречье", "в Дубраве"], answer: 1, direct: "Где стоит дом?", category: "town" },
};
const mmlu = {
  subject: "anatomy",
  question_ru: "Что гонит кровь?",
  choices_ru: ["лёгкие", "сердце", "печень", "кожа"],
  question_en: "What drives the blood?",
  choices_en: ["the lungs", "the heart", "the liver", "the skin"],
  answer: 1,
};
const pair = {
  messages: [
    { role: "user", content: "{premise}\nПочему?\n1. {choice1}\n2. {choice2}" },
    { role: "bot", content: "Ответ:" },
  ],
  inputs: { premise: "Лодка дала течь.", choice1: "На берегу пели.", choice2: "Она наскочила на камень." },
  outputs: "2",
  meta: { task: "cause", id: 3 },
};
const turn = {
  messages: [
    { role: "user", content: "Разговор:\n{context}\n{question}\n1. {choice1}\n2. {choice2}" },
    { role: "bot", content: "Ответ:" },
  ],
  inputs: { question: "Сколько ног у кошки?", choice1: "Четыре", choice2: "Семь" },
  outputs: "1",
  meta: { dialog_id: 0, question_id: 0 },
};
const exam = {
  messages: [{ role: "user", content: "{task}\n{text}" }],
  inputs: { task: "Где пишется НН?", text: "Кова(1)ый сундук в дли(2)ой палате.", choices: "", additional_text: "" },
  outputs: "2",
  meta: { id_task: "15", variant: 1, score: 1, type: "multiple_choice_options_within_text", id: 0 },
};
const treeway = {
  src_sents: ["Утром прошёл снег.", "Дети вышли гулять.", "К вечеру мост закрыли."],
  summary_sents: ["Снег выпал утром.", "Мост закрыт."],
  extractive_summary: [0, 2],
};

/** As a line of the file. */
export const taskItems: Record<TaskName, object> = {
  mmlu_ru: mmlu,
  mmlu_en: mmlu,
  rummlu: lettered,
  multiq: {
    messages: [{ role: "user", content: "{text}\n{question}" }],
    inputs: { text: "Пётр родился в Дубраве.", question: "Где родился Пётр?" },
    outputs: [{ label: "passage", offset: 15, length: 7, segment: "Дубраве" }, { segment: "в Дубраве" }],
    meta: { id: 0, bridge_answers: [] },
  },
  parus: pair,
  rcb: { ...pair, inputs: { ...pair.inputs, hypothesis: "Лодка цела." }, outputs: "2", meta: {} },
  ruopenbookqa: lettered,
  ruworldtree: lettered,
  rutie: turn,
  rwsd: {
    messages: [
      { role: "user", content: "{text}\n«{span2_text}» говорит о «{span1_text}»?" },
      { role: "bot", content: "Ответ:" },
    ],
    inputs: { text: "Кувшин не вошёл в сундук: он велик.", span1_text: "Кувшин", span2_text: "он велик" },
    outputs: "Да",
    meta: { id: 0 },
  },
  use: exam,
  treeway_abstractive: treeway,
  treeway_extractive: treeway,
  cp_sent_en: copied,
  cp_para_en: copied,
  cp_sent_ru: copied,
  cp_para_ru: copied,
  world_ru: world,
  world_en: world,
  world_ru_from_en: world,
};

export const parsed = (name: TaskName, line: object = taskItems[name], place = "here"): Item => {
  const task: Task = tasks[name];
  const item = parseItem(line, place, 0, task);
  return task.arrange?.([item])[0] ?? item;
};
