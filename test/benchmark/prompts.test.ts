import assert from "node:assert/strict";
import { test } from "node:test";
import { type Item, parseItem } from "../../src/benchmark/items.js";
import { createPromptBuilder, type PromptOptions } from "../../src/benchmark/prompts.js";
import { QuestionFailure } from "../../src/benchmark/question-failure.js";
import { type TaskName, tasks } from "../../src/benchmark/registry.js";
import type { Task } from "../../src/benchmark/task.js";
import { LepError } from "../../src/errors.js";
import { createTokenizer } from "../../src/tokenizer/create-tokenizer.js";
import type { Tokenizer } from "../../src/tokenizer/tokenizer.js";
import { parseTokenizerJson } from "../../src/tokenizer/tokenizer-json.js";
import { tinyTokenizer } from "../model/tiny-tokenizer.js";
import { parsed, taskItems } from "./task-items.js";

const template =
  "{{ bos_token }}{% for m in messages %}{{ '<|start_header_id|>' + m.role + '<|end_header_id|>' + m.content + '<|eot_id|>' }}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>' }}{% endif %}";
const words = [" A", " B", " C", " D", "Да", " Нет", " мост", "Ответ:"];

/** A token a byte but for `words`; ids: bos, then end of text, two headers, end of turn. */
function tokenizerOf(chatTemplate: string | undefined, used = words): Tokenizer {
  const json = parseTokenizerJson(tinyTokenizer({ words: used }), "tiny");
  const idOf = (content: string): number => json.addedTokens.find((token) => token.content === content)!.id;
  const ids = { bosId: idOf("<|begin_of_text|>"), eosIds: [idOf("<|end_of_text|>")] };
  return createTokenizer(json, { ...ids, chatTemplate });
}

const builder = (more: Partial<PromptOptions> = {}) =>
  createPromptBuilder({
    ...{ tokenizer: tokenizerOf(template), stopIds: [], contextLimit: 4096, examples: [], system: undefined },
    ...more,
  });

const prepare = (name: TaskName, item: Item, more: Partial<PromptOptions> = {}, question = 0) => {
  const task: Task = tasks[name];
  return builder(more).prepare(task, item, task.questions(item)[question]!);
};

/** An example whose letter is `outputs`, told from the others by `mark`. */
const example = (mark: string, outputs: string, meta: object = {}): Item =>
  parseItem(
    {
      messages: [
        { role: "user", content: "{text}" },
        { role: "bot", content: "Ответ:" },
      ],
      ...{ inputs: { text: `${mark}?` }, outputs, meta },
    },
    mark,
    0,
  );

const fails = (code: string) => (error: unknown) => {
  assert.ok(error instanceof QuestionFailure, String(error));
  assert.equal(error.code, code);
  assert.match(error.message, /^here/);
  return true;
};

test("an unfinished turn of the assistant stays open, and the letters are the tokens that go on with it", async () => {
  const tokenizer = tokenizerOf(template);
  const prepared = await prepare("rummlu", parsed("rummlu"), { tokenizer });
  assert.ok(prepared.kind === "score");
  assert.match(prepared.text, /<\|start_header_id\|>assistant<\|end_header_id\|>Ответ:$/);
  const { prompt, continuations } = prepared.request;
  assert.equal(await tokenizer.decode(prompt), prepared.text);
  const shown = await Promise.all(continuations.map((ids) => tokenizer.decode(ids)));
  assert.deepEqual(shown, ["A", " A", "B", " B", "C", " C", "D", " D"]);
  // Both forms of C together are likelier than D's one.
  const scores = [0.01, 0.01, 0.01, 0.01, 0.2, 0.2, 0.3, 0.01].map((value) => [Math.log(value)]);
  const answer = prepared.read(scores);
  assert.ok(answer.ask === "letter" && answer.choice === 2);
  assert.ok(Math.abs(Math.exp(answer.logProbabilities[2]!) - 0.4) < 1e-12);
  const none = prepared.read(scores.map(() => [Number.NEGATIVE_INFINITY]));
  assert.ok(none.ask === "letter" && none.choice === 0 && !none.logProbabilities.some(Number.isNaN));
});

test("a choice that is no single token fails its sample alone", async () => {
  await assert.rejects(
    prepare("rwsd", parsed("rwsd"), { tokenizer: tokenizerOf(template, ["Да"]) }),
    fails("benchmark.choice_not_a_token"),
  );
  const prepared = await prepare("rwsd", parsed("rwsd"));
  assert.ok(prepared.kind === "score" && prepared.request.continuations.length === 2);
});

test("a space that the tokenizer puts before every choice leads them", async () => {
  const tokenizer = tokenizerOf(template);
  // As SentencePiece does with digits at the start of a text: "1" is a mark of space and a digit.
  const space = tokenizer.idOf("Ġ")!;
  const marked: Tokenizer = {
    ...tokenizer,
    encode: async (text) =>
      /^ ?\d$/.test(text) ? [space, ...(await tokenizer.encode(text.trim()))] : tokenizer.encode(text),
    encodeBatch: (texts) => tokenizer.encodeBatch(texts),
    tokenOf: (id) => tokenizer.tokenOf(id),
    decode: (ids, skip) => tokenizer.decode(ids, skip),
  };
  const item = parsed("parus", { ...taskItems.parus, messages: [{ role: "user", content: "{choice1} {choice2}" }] });
  const prepared = await prepare("parus", item, { tokenizer: marked });
  assert.ok(prepared.kind === "score");
  assert.equal(prepared.request.prompt.at(-1), space);
  assert.deepEqual(await Promise.all(prepared.request.continuations.map((ids) => tokenizer.decode(ids))), ["1", "2"]);
});

test("examples stand in front, the first nearest, each with its answer; those in front are dropped when they do not fit", async () => {
  const examples = [example("near", "B"), example("middle", "C"), example("far", "D")];
  const item = parsed("rummlu");
  const all = await prepare("rummlu", item, { examples });
  assert.match(all.text, /far\?.*Ответ: D.*middle\?.*Ответ: C.*near\?.*Ответ: B.*Где мост/s);
  const two = await prepare("rummlu", item, { examples, fewShot: 2 });
  assert.doesNotMatch(two.text, /far/);
  const { length } = two.request.prompt;
  const fitting = await prepare("rummlu", item, { examples, contextLimit: length + 1 });
  assert.equal(fitting.text, two.text);
  const short = await prepare("rummlu", item, { examples, contextLimit: length });
  assert.match(short.text, /near/);
  assert.doesNotMatch(short.text, /middle/);
  const alone = await prepare("rummlu", item);
  await assert.rejects(
    prepare("rummlu", item, { examples, contextLimit: alone.request.prompt.length }),
    fails("benchmark.prompt_too_long"),
  );
});

test("examples of MMLU come from the item's subject", async () => {
  const examples = [example("bones", "B", { subject: "anatomy" }), example("stars", "C", { subject: "astronomy" })];
  const prepared = await prepare("mmlu_en", parsed("mmlu_en"), { examples });
  assert.match(prepared.text, /bones\?.*Answer:$/s);
  assert.doesNotMatch(prepared.text, /stars/);
  const other = await prepare("mmlu_en", parsed("mmlu_en"), { examples: [examples[1]!] });
  assert.match(other.text, /stars/);
});

test("a dialogue keeps its newest turns when it is too long, in both orders of the choices", async () => {
  const task: Task = tasks.rutie;
  const line = taskItems.rutie as { inputs: object };
  const items = Array.from({ length: 30 }, (_, i) =>
    parseItem(
      { ...line, inputs: { ...line.inputs, question: `Вопрос ${i}!` }, meta: { question_id: i } },
      "here",
      i,
      task,
    ),
  );
  const last = task.arrange!([...items].reverse())[0]!;
  assert.equal(last.dialogue!.length, 29);
  assert.equal(last.dialogue![0], "Вопрос 0!\n1. Четыре\n2. Семь\nОтвет: 1");
  const whole = await prepare("rutie", last);
  assert.match(whole.text, /Вопрос 0!.*Вопрос 28!.*Вопрос 29!\n1. Четыре\n2. Семь/s);
  const swapped = await prepare("rutie", last, {}, 1);
  assert.match(swapped.text, /Вопрос 28!\n1. Четыре\n2. Семь\nОтвет: 1\nВопрос 29!\n1. Семь\n2. Четыре/);

  for (const left of [0, 1, 100, 1000]) {
    const contextLimit = whole.request.prompt.length + 1 - left;
    const { text, request } = await prepare("rutie", last, { contextLimit });
    assert.ok(request.prompt.length + 1 <= contextLimit);
    const kept = [...text.matchAll(/Вопрос (\d+)!/g)].map(([, id]) => Number(id));
    assert.deepEqual(
      kept,
      Array.from({ length: kept.length }, (_, i) => 30 - kept.length + i),
    );
    // One more would not have fitted: a turn has at most so many bytes.
    assert.ok(contextLimit - request.prompt.length <= 80);
  }
  const alone = await prepare("rutie", { ...last, dialogue: [] });
  const bare = await prepare("rutie", last, { contextLimit: alone.request.prompt.length + 1 });
  assert.equal(bare.text, alone.text);
  await assert.rejects(
    prepare("rutie", last, { contextLimit: alone.request.prompt.length }),
    fails("benchmark.prompt_too_long"),
  );
});

test("sentences are compared over the length that all have, and where the tokenizer puts them", async () => {
  const prepared = await prepare("treeway_extractive", parsed("treeway_extractive"));
  assert.ok(prepared.kind === "score");
  const { continuations } = prepared.request;
  const [first, ...others] = continuations.map(({ length }) => length);
  assert.ok(first! > 5 && others.every((length) => length === first));
  const tokenizer = tokenizerOf(template);
  assert.match(await tokenizer.decode(continuations[0]!), /^ Утром/);
  const answer = prepared.read(continuations.map((ids, i) => ids.map(() => -1 - i)));
  assert.deepEqual(
    { ...answer, tokenLogProbabilities: undefined },
    { ask: "rank", choice: 0, logProbabilities: [-1, -2, -3], tokenLogProbabilities: undefined },
  );
});

test("an answer ends at every mark of its end, and without a chat template at the end of its line", async () => {
  const tokenizer = tokenizerOf(template);
  const prepared = await prepare("multiq", parsed("multiq"), { tokenizer, stopIds: [1, 2] });
  assert.ok(prepared.kind === "generate");
  assert.deepEqual([...prepared.request.stopIds].sort(), [1, 2, tokenizer.idOf("<|eot_id|>")].sort());
  const said = await tokenizer.encode("\nв Дубраве\nТекст: мост");
  assert.deepEqual(await prepared.read(said), { ask: "generate", text: "в Дубраве\nТекст: мост", tokens: said.length });

  const plain = await prepare("multiq", parsed("multiq"), { tokenizer: tokenizerOf(undefined), stopIds: [1, 2] });
  assert.ok(plain.kind === "generate");
  assert.deepEqual(plain.request.stopIds, [1, 2]);
  const line = await tokenizer.encode("\nв Дубраве");
  assert.deepEqual(await plain.read(said), { ask: "generate", text: "в Дубраве", tokens: line.length });
  assert.deepEqual(await plain.read([]), { ask: "generate", text: "", tokens: 0 });
});

test("a doubled BOS is refused, whoever wrote the second", async () => {
  const doubled = tokenizerOf(`{{ bos_token }}${template}`);
  await assert.rejects(prepare("rummlu", parsed("rummlu"), { tokenizer: doubled }), (error: unknown) => {
    assert.ok(error instanceof LepError && error.code === "tokenizer.double_bos", String(error));
    return true;
  });
});
