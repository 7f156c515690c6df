import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { type CalibrateJob, calibrate } from "../../src/calibration/calibrate.js";
import { collectAnswers } from "../../src/calibration/collect-answers.js";
import type { JudgedLine } from "../../src/calibration/judge-conversations.js";
import { calibrationSchema } from "../../src/calibration/options.js";
import { conversationTrainingSchema, trainOnConversations } from "../../src/calibration/train-on-conversations.js";
import type { Progress } from "../../src/progress.js";
import { sha256File } from "../../src/sha256.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import type { ChatMessage } from "../../src/tokenizer/tokenizer.js";
import { chatParquetFile } from "../corpus/chat-parquet-file.js";
import { writeTinyModel } from "../pretraining/tiny-model.js";

let folder: string;
const at = (name: string): string => path.join(folder, name);
const compute = { device: "cpu", threads: 1 } as const;
const answer = "да, кот";
const questions = Array.from({ length: 20 }, (_, i) => `Кто там ${i}?`);
const training = {
  trainable: "full",
  weight_decay: 0,
  final_learning_rate_share: 0.1,
  block_size: 256,
  blocks_per_step: 4,
  micro_batch: 4,
  learning_rate: 0.01,
  warmup_steps: 2,
  checkpoint_every: 5,
  precision: "f32",
};

before(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "lep-calibrate-"));
  writeTinyModel(at("fresh"), { words: [" the"] });
  writeTinyModel(at("propagated"), { words: [" the", " кот", "да", "Кто", " там"], seed: 2 });
  const conversations = questions.map((content): ChatMessage[] => [
    { role: "user", content },
    { role: "assistant", content: answer },
  ]);
  await trainOnConversations({
    model: at("fresh"),
    conversations,
    options: conversationTrainingSchema.parse({ ...training, steps: 60 }),
    seed: 1,
    compute,
    out: at("teacher"),
    work: at("teacher.work"),
  });
  const lines = [...questions.map((prompt) => ({ prompt })), { prompt: questions[0] }, { prompt: "щ".repeat(600) }];
  writeFileSync(at("prompts.jsonl"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  writeFileSync(at("text.txt"), Array.from({ length: 40 }, (_, i) => `Сосед номер ${i} кормит кота.\n`).join(""));
});
after(() => rmSync(folder, { recursive: true }));

const job = (name: string): CalibrateJob => ({
  model: at("propagated"),
  teacher: at("teacher"),
  options: calibrationSchema.parse({
    ...training,
    prompts: [at("prompts.jsonl")],
    max_answer_tokens: 40,
    parallel: 1,
    teacher_type: "f32",
    validation_share: 0.1,
    steps: 12,
    copy_task: { corpus: { files: [at("text.txt")] }, share: 0.5 },
    plain_text: { corpus: { files: [at("text.txt")] }, share: 0.1 },
  }),
  seed: 5,
  compute,
  out: at(name),
  work: at(`${name}.work`),
});

const hashes = (name: string): Record<string, string> =>
  Object.fromEntries(readdirSync(at(name)).map((file) => [file, sha256File(path.join(at(name), file))]));

test("the propagated model learns the teacher's own answers and the copy task", async () => {
  const summary = await calibrate(job("whole"));
  const lines = readFileSync(path.join(at("whole"), "answers.jsonl"), "utf8")
    .trimEnd()
    .split("\n");
  const answers = lines.map((line) => JSON.parse(line) as { index: number; answer: string; rejected: string | null });
  assert.deepEqual(
    answers.map(({ index }) => index),
    Array.from({ length: 22 }, (_, i) => i),
  );
  for (const { answer: given } of answers.slice(0, 20)) assert.equal(given, answer);
  assert.deepEqual(summary.rejected, { duplicate: 1, prompt_too_long: 1 });
  assert.deepEqual(summary.sources, {
    self: { source: "self", conversations: 22, kept: 20, rejected: { duplicate: 1, prompt_too_long: 1 } },
  });
  assert.deepEqual(
    answers.slice(19).map(({ rejected }) => rejected),
    [null, "duplicate", "prompt_too_long"],
  );
  assert.equal(summary.answers, 20);
  assert.equal(summary.copies, 20);
  assert.equal(summary.held_out, 4);
  assert.equal(summary.examples, 36);
  assert.ok(summary.plain_text_tokens > 100);
  assert.deepEqual(summary.warnings, []);
  assert.ok(summary.loss.after < summary.loss.before - 0.5, JSON.stringify(summary));
  for (const file of ["tokenizer.json", "config.json", "generation_config.json", "training.jsonl"]) {
    assert.ok(existsSync(path.join(at("whole"), file)), file);
  }
});

test("broken off while answering, then while training, it ends with the same bytes", async () => {
  if (!existsSync(at("whole"))) await calibrate(job("whole"));
  for (const [unit, when] of [
    ["prompts", 8],
    ["steps", 7],
  ] as const) {
    const controller = new AbortController();
    await assert.rejects(
      calibrate(
        job("broken"),
        (report) => {
          if (report.unit === unit && report.done >= when) controller.abort();
        },
        controller.signal,
      ),
    );
    assert.ok(!existsSync(at("broken")));
  }
  const seen = new Set<string>();
  await calibrate(job("broken"), (report) => seen.add(report.unit));
  assert.ok(!seen.has("prompts"), "answers were kept");
  assert.deepEqual(hashes("broken"), hashes("whole"));
});

test("a model that only has answers to reject is an error with a hint", async () => {
  const strict = job("strict");
  strict.options.filters.min_characters = 1000;
  await assert.rejects(calibrate(strict), {
    code: "calibration.no_answers",
    exitCode: 1,
    message: /all 22 conversations are rejected \(1 prompt_too_long, 21 too_short\)/,
  });
  assert.ok(!existsSync(at("strict")));
  // The answers are there: other filters ask nothing again.
  const seen = new Set<string>();
  const lenient = { ...job("strict").options, steps: 2, copy_task: null, plain_text: null };
  await calibrate({ ...strict, options: lenient }, ({ unit }) => seen.add(unit));
  assert.ok(seen.has("conversations") && !seen.has("prompts"), [...seen].join());
});

test("held-out conversations are measured during the training, without bits per character", async () => {
  const measured = job("measured");
  const summary = await calibrate({ ...measured, options: { ...measured.options, evaluate_every: 5 } });
  const lines = readFileSync(path.join(at("measured"), "training.jsonl"), "utf8")
    .trimEnd()
    .split("\n");
  const validations = lines.map((line) => JSON.parse(line).validation as { loss: number; bits_per_character: null });
  assert.deepEqual(
    validations.flatMap((validation, i) => (validation === undefined ? [] : [i + 1])),
    [5, 10, 12],
  );
  const last = validations.at(-1)!;
  assert.equal(last.bits_per_character, null);
  assert.ok(Math.abs(last.loss / summary.loss.after - 1) < 1e-5, `${last.loss} and ${summary.loss.after}`);
});

test("to measure where no conversation is held out is refused", async () => {
  const none = job("none");
  const options = { ...none.options, evaluate_every: 5, validation_share: 0 };
  await assert.rejects(calibrate({ ...none, options }), { code: "calibration.nothing_held_out", exitCode: 2 });
  assert.ok(!existsSync(at("none")));
});

/** Two turns, the second about the first; the last one declines. */
function chats(): ChatMessage[][] {
  const two = questions.map((content, i): ChatMessage[] => [
    { role: "system", content: "Отвечай." },
    { role: "user", content },
    { role: "assistant", content: answer },
    { role: "user", content: `А номер ${i}?` },
    { role: "assistant", content: `Номер ${i}` },
  ]);
  return [...two, [questions[0]!, "Извините, я не могу ответить."].map(turn)];
}

const turn = (content: string, i: number): ChatMessage => ({ role: i === 0 ? "user" : "assistant", content });

/** Without the teacher: only the dataset speaks. */
function chatJob(name: string, more: object = {}): CalibrateJob {
  const options = calibrationSchema.parse({
    ...training,
    trainable: "lora",
    lora: { rank: 4, dropout: 0 },
    source: "instructions",
    instructions: [at("chats.parquet")],
    validation_share: 0.1,
    steps: 12,
    ...more,
  });
  return { model: at("propagated"), options, seed: 5, compute, out: at(name), work: at(`${name}.work`) };
}

const judgedLines = (name: string) =>
  readFileSync(path.join(at(name), "answers.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as JudgedLine);

test("a chat dataset in parquet, by LoRA and head: multi-turn, what is rejected is kept with its reason", async () => {
  writeFileSync(at("chats.parquet"), chatParquetFile([chats().slice(0, 8), chats().slice(8)]));
  const summary = await calibrate(chatJob("chat"));
  assert.deepEqual(summary.sources, {
    instructions: { source: "instructions", conversations: 21, kept: 20, rejected: { refusal: 1 } },
  });
  assert.equal(summary.examples, 18);
  assert.ok(summary.loss.after < summary.loss.before, JSON.stringify(summary.loss));
  const lines = judgedLines("chat");
  assert.deepEqual(
    lines.map(({ messages, answer: last }) => [...messages, { role: "assistant", content: last }]),
    chats(),
  );
  assert.deepEqual(
    lines.map(({ rejected }) => rejected),
    [...questions.map(() => null), "refusal"],
  );
  assert.ok(!existsSync(path.join(at("chat"), "adapter")));
  const before = hashes("chat");
  await calibrate(chatJob("chat again", { copy_task: null }));
  assert.deepEqual(hashes("chat again"), before);
});

test("several sources in exact shares, with the copy task; who is drawn is the seed's", async () => {
  writeFileSync(
    at("chats.jsonl"),
    chats()
      .map((messages) => `${JSON.stringify({ messages })}\n`)
      .join(""),
  );
  const mixed = (name: string, seed: number): CalibrateJob => ({
    ...chatJob(name, {
      source: undefined,
      instructions: undefined,
      sources: {
        own: { source: "self", prompts: [at("prompts.jsonl")], weight: 1 },
        chats: { source: "instructions", instructions: [at("chats.jsonl")], weight: 3 },
      },
      parallel: 1,
      teacher_type: "f32",
      max_answer_tokens: 40,
      steps: 2,
      validation_share: 0,
      copy_task: { corpus: { files: [at("text.txt")] }, share: 0.5 },
    }),
    teacher: at("teacher"),
    seed,
  });
  const shared = async (given: CalibrateJob, progress?: Progress): Promise<CalibrateJob> => {
    const tokenizer = await loadTokenizer(at("teacher"));
    const collecting = { ...given, teacher: at("teacher"), tokenizer, work: at("mixed.answers") };
    return { ...given, answers: await collectAnswers(collecting, progress) };
  };
  const first = await shared(mixed("mixed", 5));
  const summary = await calibrate(first);
  // 20 of the dataset are good and would make a whole of 26: 6.5 and 19.5 of them.
  assert.deepEqual(summary.sources, {
    own: {
      source: "self",
      conversations: 22,
      kept: 7,
      rejected: { prompt_too_long: 1, duplicate: 1, beyond_share: 13 },
    },
    chats: { source: "instructions", conversations: 21, kept: 19, rejected: { refusal: 1, beyond_share: 1 } },
  });
  assert.equal(summary.answers, 26);
  assert.equal(summary.copies, 26);
  const drawn = (name: string) => judgedLines(name).flatMap(({ rejected, index }) => (rejected === null ? index : []));
  assert.equal(drawn("mixed").length, 26);
  let asked = false;
  const second = await shared(mixed("mixed 6", 6), ({ unit }) => {
    asked ||= unit === "prompts";
  });
  assert.ok(!asked, "another seed, the same answers");
  await calibrate(second);
  assert.notDeepEqual(drawn("mixed 6"), drawn("mixed"));
  // Collected for itself it is the same model.
  await calibrate(mixed("mixed alone", 6));
  assert.deepEqual(hashes("mixed alone"), hashes("mixed 6"));
  let judged = false;
  await calibrate({ ...second, out: at("mixed twin"), work: at("mixed twin.work") }, ({ unit }) => {
    judged ||= unit === "conversations";
  });
  assert.ok(!judged, "who is given answers reads and judges none");
  assert.deepEqual(hashes("mixed twin"), hashes("mixed 6"));
});

test("what is broken is said before anything is written", async () => {
  const broken = at("broken.jsonl");
  writeFileSync(broken, `${JSON.stringify({ messages: chats()[0] })}\n{"messages": [{"role": "user"}]}\n`);
  await assert.rejects(calibrate(chatJob("bad", { instructions: [broken] })), {
    code: "instructions.broken",
    message: /broken\.jsonl: line 2: message 0 has no text/,
    exitCode: 2,
  });
  const teacherless = { ...job("bad"), teacher: undefined };
  await assert.rejects(calibrate(teacherless), { code: "calibration.no_teacher", exitCode: 2 });
  const script = chatJob("bad", { filters: { script: { name: "Cyrilic", min_share: 1 } } });
  await assert.rejects(calibrate(script), { code: "corpus.unknown_script", exitCode: 2 });
  assert.ok(!existsSync(at("bad")) && !existsSync(at("bad.work")));
});

test("a template that knows no system message: file, row, the model and what to do", async () => {
  cpSync(at("propagated"), at("no system"), { recursive: true });
  const file = path.join(at("no system"), "tokenizer_config.json");
  const config = JSON.parse(readFileSync(file, "utf8"));
  config.chat_template = `{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}${config.chat_template}`;
  writeFileSync(file, JSON.stringify(config));
  await assert.rejects(calibrate({ ...chatJob("bad"), model: at("no system") }), {
    code: "calibration.chat_template",
    message: /chats\.parquet: row 0: .*no system.*System role not supported/,
    hint: /no system message/,
    exitCode: 2,
  });
  assert.ok(!existsSync(at("bad")) && !existsSync(at("bad.work")));
});
