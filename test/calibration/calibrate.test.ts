import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { type CalibrateJob, calibrate } from "../../src/calibration/calibrate.js";
import { calibrationSchema } from "../../src/calibration/options.js";
import { conversationTrainingSchema, trainOnConversations } from "../../src/calibration/train-on-conversations.js";
import { sha256File } from "../../src/sha256.js";
import type { ChatMessage } from "../../src/tokenizer/tokenizer.js";
import { writeTinyModel } from "../pretraining/tiny-model.js";

let folder: string;
const at = (name: string): string => path.join(folder, name);
const compute = { device: "cpu", threads: 1 } as const;
const answer = "да, кот";
const questions = Array.from({ length: 20 }, (_, i) => `Кто там ${i}?`);
const training = {
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
  await assert.rejects(calibrate(strict), { code: "calibration.no_answers", exitCode: 1 });
  assert.ok(!existsSync(at("strict")));
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
