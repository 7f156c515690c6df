/** A results database as evaluations would leave it, with answers drawn by chance. */
import { openDatabase } from "../../src/benchmark/open-database.js";
import { tasks as registry } from "../../src/benchmark/registry.js";
import type { JudgedSample, Task } from "../../src/benchmark/task.js";
import { createRandom, type Random } from "../../src/random.js";
import { sha256 } from "../../src/sha256.js";

export interface SeededModel {
  name: string;
  /** Chance of a right answer. */
  skill: number;
  /** Chance of none. */
  failing?: number;
  weights?: string;
  settings?: Record<string, unknown>;
  measures?: Record<string, number>;
  /** By default all of the database. */
  tasks?: readonly string[];
  /** Of the items. */
  items_sha256?: string;
}

export interface SeededDatabase {
  models: readonly SeededModel[];
  tasks: readonly string[];
  /** Of a task, by its place in `tasks`. */
  items: (task: number) => number;
  promptCharacters?: number;
  /** Stands in every text. */
  mark?: string;
  seed?: number;
}

export function writeSeededDatabase(file: string, options: SeededDatabase): void {
  const { models, tasks, items, promptCharacters = 200, mark = "", seed = 1 } = options;
  const database = openDatabase(file);
  const insertRun = database.prepare(
    `INSERT INTO run (created_at, model, model_sha256, tokenizer_sha256, harness_version, options, host, status, opened)
     VALUES ('2026-01-01T00:00:00.000Z', ?, ?, ?, 1, ?, '{}', 'finished', ?)`,
  );
  const insertTask = database.prepare(
    "INSERT INTO run_task (run_id, task, task_version, key, items) VALUES (?, ?, ?, ?, ?)",
  );
  const insertSample = database.prepare(
    `INSERT INTO sample (run_id, task, item_id, prompt, prompt_sha256, target, output, answers, metrics, meta, seconds, failure)
     VALUES (?, ?, ?, ?, ?, ?, ?, '[]', ?, ?, 0.5, ?)`,
  );
  const insertScore = database.prepare(
    `INSERT INTO score (run_id, task, task_version, metric, value, standard_error, items, seconds, failures)
     VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?)`,
  );
  const insertMeasure = database.prepare(
    "INSERT INTO measure (run_id, name, value, text_sha256) VALUES (?, ?, ?, 't')",
  );
  const insertOverlap = database.prepare(
    "INSERT INTO overlap (run_id, task, items, overlapping, words, corpus_sha256) VALUES (?, ?, ?, ?, 13, 'c')",
  );
  const questions = new Map(
    tasks.map((task, t) => [
      task,
      Array.from({ length: items(t) }, (_, i) => question(task, i, promptCharacters, seed)),
    ]),
  );
  const write = database.transaction((model: SeededModel, place: number) => {
    const random = createRandom(seed * 1000 + place);
    const chosen = model.tasks ?? tasks;
    const hash = model.items_sha256 ?? "items";
    const asked = { tasks: chosen.map((task) => ({ task, items: hash })), few_shot: 0, limit: null, ...model.settings };
    const weights = sha256(model.weights ?? model.name);
    const run = insertRun.run(
      model.name,
      weights,
      sha256("tokenizer"),
      JSON.stringify(asked),
      place + 1,
    ).lastInsertRowid;
    for (const [name, value] of Object.entries(model.measures ?? {})) insertMeasure.run(run, name, value);
    for (const task of chosen) {
      const known = (registry as Record<string, Task>)[task];
      const version = known?.version ?? 1;
      const all = questions.get(task)!;
      insertTask.run(run, task, version, hash, all.length);
      const answered: JudgedSample[] = [];
      const failed: JudgedSample[] = [];
      for (const [i, { prompt, target, gold, meta }] of all.entries()) {
        const fails = random.uniform() < (model.failing ?? 0);
        const metrics = fails ? {} : metricsOf(task, random, model.skill, gold);
        const text = `${prompt} [${place % 2 === 0 ? "user" : "human"}] ${mark}`;
        const output = fails ? "" : `${words(random, 12)} ${mark}`;
        const failure = fails ? `the endpoint gave no answer ${mark}` : null;
        insertSample.run(
          run,
          task,
          String(i),
          text,
          sha256(text),
          `${target} ${mark}`,
          output,
          JSON.stringify(metrics),
          JSON.stringify(meta),
          failure,
        );
        (fails ? failed : answered).push({ metrics, meta, seconds: 0.5 });
      }
      const scores = answered.length === 0 ? {} : scoresOf(known, answered, failed);
      for (const [metric, { value, standard_error }] of Object.entries(scores)) {
        if (!Number.isFinite(value)) throw new Error(`${task}.${metric} needs metrics that seeded samples do not have`);
        insertScore.run(run, task, version, metric, value, standard_error, answered.length, failed.length);
      }
      insertOverlap.run(run, task, all.length, place % 3);
    }
  });
  for (const [place, model] of models.entries()) write.immediate(model, place);
  database.close();
}

/** Of a task that this version does not know: the plain mean of `score`. */
function scoresOf(
  task: Task | undefined,
  answered: JudgedSample[],
  failed: JudgedSample[],
): ReturnType<Task["aggregate"]> {
  const aggregate: ((all: JudgedSample[], failed: JudgedSample[]) => ReturnType<Task["aggregate"]>) | undefined =
    task?.aggregate.bind(task);
  if (aggregate !== undefined) return aggregate(answered, failed);
  const sum = answered.reduce((total, { metrics }) => total + metrics.score!, 0);
  return { score: { value: sum / answered.length, standard_error: null, items: answered.length } };
}

/** Metrics that samples of a task have, by the beginning of its name; of others all. */
const metricNames: Record<string, readonly string[]> = {
  "rcb|ruopenbookqa|ruworldtree|rummlu|mmlu|rwsd": ["accuracy", "gold", "predicted"],
  "parus|rutie": ["accuracy", "direct", "swapped"],
  multiq: ["score", "f1", "exact_match", "empty"],
  use: ["points", "most_points", "empty"],
  treeway: ["rouge_l", "r_precision", "empty"],
  cp_: ["length_ratio", "covered", "exact_match", "copy_symbols_per_token", "characters", "tokens", "words", "empty"],
};

function metricsOf(task: string, random: Random, skill: number, gold: number): Record<string, number> {
  const right = random.uniform() < skill ? 1 : 0;
  const share = right === 1 ? 1 : Math.floor(random.uniform() * 10) / 10;
  const all: Record<string, number> = {
    score: share,
    accuracy: right,
    gold,
    predicted: right === 1 ? gold : (gold + 1 + random.below(2)) % 3,
    direct: right === 1 ? 1 : random.below(2),
    swapped: right,
    f1: share,
    exact_match: right,
    empty: 0,
    points: right,
    most_points: 1,
    rouge_l: share,
    r_precision: share,
    length_ratio: share,
    covered: right,
    copy_symbols_per_token: 2 + share,
    characters: 40 + random.below(10),
    tokens: 20,
    words: 8,
  };
  const pattern = Object.keys(metricNames).find((names) => new RegExp(`^(?:${names})`).test(task));
  const names = pattern === undefined ? Object.keys(all) : metricNames[pattern]!;
  return Object.fromEntries(names.map((name) => [name, all[name]!]));
}

function question(task: string, i: number, characters: number, seed: number) {
  const random = createRandom(Number.parseInt(sha256(`${seed} ${task} ${i}`).slice(0, 8), 16));
  const gold = random.below(3);
  const subject = `subject ${random.below(5)}`;
  const meta = {
    subject,
    category: `category ${Number(subject.at(-1)) % 2}`,
    variant: i % 2,
    id_task: "1",
    type: "text",
    score: 1,
  };
  return { prompt: `${task} ${i}: ${words(random, characters / 6)}`, target: "ABC"[gold]!, gold, meta };
}

const syllables = ["мо", "ре", "за", "ка", "во", "до", "ле", "со", "ни", "та", "пу", "ры", "бе", "лу", "же", "ки"];

function words(random: Random, count: number): string {
  const word = (): string =>
    Array.from({ length: 1 + random.below(4) }, () => syllables[random.below(syllables.length)]).join("");
  return Array.from({ length: Math.max(1, Math.round(count)) }, word).join(" ");
}
