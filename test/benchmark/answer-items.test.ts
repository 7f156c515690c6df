import assert from "node:assert/strict";
import { test } from "node:test";
import { answerItems } from "../../src/benchmark/answer-items.js";
import type { Item } from "../../src/benchmark/items.js";
import type { PromptBuilder } from "../../src/benchmark/prompts.js";
import { QuestionFailure } from "../../src/benchmark/question-failure.js";
import type { NewSample } from "../../src/benchmark/store.js";
import type { Task } from "../../src/benchmark/task.js";
import { worldTask } from "../../src/benchmark/tasks/world-task.js";
import type { FallibleModel } from "../../src/inference/language-model.js";
import type { Tokenizer } from "../../src/tokenizer/tokenizer.js";

const task: Task = worldTask({ dataset: "world_ru", title: "a test" });
const items = Array.from(
  { length: 100 },
  (_, i): Item => ({
    id: String(i),
    place: `line ${i}`,
    messages: [{ role: "user", content: `Вопрос ${i}` }],
    template: [{ role: "user", content: `Вопрос ${i}` }],
    inputs: {},
    outputs: "да",
    meta: { options: ["да", "нет"], answer: 0 },
  }),
);
const tokenizer = {} as Tokenizer;

/** Item 3 is too long; the prompt is the item's number. */
const prompts: PromptBuilder = {
  async prepare(_, item, question) {
    if (item.id === "3") throw new QuestionFailure("benchmark.prompt_too_long", `${item.place}: too long`);
    const prompt = [Number(item.id)];
    if (question.ask === "generate") {
      const request = { prompt, maxTokens: 4, stopIds: [] };
      const read = async (tokens: number[]) => ({ ask: "generate" as const, text: "да", tokens: tokens.length });
      return { kind: "generate", text: `asked ${item.id}`, request, read };
    }
    const read = () => ({ ask: "rank" as const, logProbabilities: [-1, -2], choice: 0 });
    return { kind: "score", text: `ranked ${item.id}`, request: { prompt, continuations: [[1], [2]] }, read };
  },
};

/** Answers from the last request to the first; the ranks of items 5 and 6 and the answer of 7 fail. */
function model(fault?: Error): FallibleModel {
  const answer = async <Q extends { prompt: readonly number[] }, R>(
    requests: readonly Q[],
    bad: readonly number[],
    result: R,
    onResult: ((index: number, result: R | { failure: string }, seconds: number) => void) | undefined,
  ) => {
    const results = requests.map(({ prompt }) => (bad.includes(prompt[0]!) ? { failure: "given up" } : result));
    for (let i = requests.length - 1; i >= 0; i--) onResult?.(i, results[i]!, 0.5);
    return results;
  };
  return {
    contextLength: 64,
    score: (requests, onResult) => answer(requests, [5, 6], [[-1], [-2]], onResult),
    async generate(requests, onResult) {
      const half = fault === undefined ? requests : requests.slice(requests.length >> 1);
      const results = await answer(half, [7], { tokens: [1], stopped: "stop" as const }, (i, result, seconds) =>
        onResult?.(i + requests.length - half.length, result, seconds),
      );
      if (fault !== undefined) throw fault;
      return results;
    },
    dispose: async () => {},
  };
}

test("a question that cannot be asked or is not answered fails its sample, and no other", async () => {
  const samples: NewSample[] = [];
  for await (const some of answerItems(task, items, prompts, model(), tokenizer, undefined)) samples.push(...some);
  assert.deepEqual(
    samples.map(({ item_id }) => Number(item_id)).sort((a, b) => a - b),
    items.map((_, i) => i),
  );
  for (const { item_id, failure, metrics, answers, output, prompt, seconds } of samples) {
    if (["3", "5", "6", "7"].includes(item_id)) {
      assert.equal(failure, item_id === "3" ? "line 3: too long" : "given up");
      assert.deepEqual([metrics, answers, output], [{}, [], ""]);
      if (item_id === "3") assert.equal(prompt, "Вопрос 3");
    } else {
      assert.equal(failure, undefined);
      assert.deepEqual(metrics, { rank: 1, exact_match: 1 });
      assert.equal(seconds, 1);
    }
  }
});

test("what was answered before a fault is handed on, then the fault comes", async () => {
  const samples: NewSample[] = [];
  const fault = new Error("the process ended");
  await assert.rejects(async () => {
    for await (const some of answerItems(task, items, prompts, model(fault), tokenizer, undefined))
      samples.push(...some);
  }, fault);
  assert.ok(samples.length >= 32 && samples.length < 64, String(samples.length));
  assert.ok(samples.every(({ failure, answers }) => failure !== undefined || answers.length === 2));
});
