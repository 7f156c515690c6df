/** Asks a model the questions of a task's items, a batch of items after the other, and judges what it answers. */
import type { LanguageModel } from "../inference/language-model.js";
import { sha256 } from "../sha256.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { Item } from "./items.js";
import type { Prepared, PreparedGeneration, PreparedScore, PromptBuilder } from "./prompts.js";
import type { NewSample } from "./store.js";
import type { Answer, Question, Task } from "./task.js";

// Batches grow while they are done quickly: what a kill can lose stays a matter of seconds, for any model.
const firstBatch = 32;
const largestBatch = 1024;
const quick = 3;

/** Between two questions' prompts of one item in the database. */
const promptSeparator = "\n\n=====\n\n";

export async function* answerItems(
  task: Task,
  items: readonly Item[],
  prompts: PromptBuilder,
  model: LanguageModel,
  tokenizer: Tokenizer,
  signal: AbortSignal | undefined,
): AsyncGenerator<NewSample[]> {
  let size = firstBatch;
  for (let first = 0; first < items.length; ) {
    signal?.throwIfAborted();
    const started = performance.now();
    const batch = items.slice(first, first + size);
    yield await answerBatch(task, batch, prompts, model, tokenizer);
    first += batch.length;
    const seconds = (performance.now() - started) / 1000;
    if (seconds < quick) size = Math.min(largestBatch, size * 2);
    else if (seconds > 4 * quick) size = Math.max(1, size >> 1);
  }
}

interface Asked {
  prepared: Prepared;
  answer: Answer | undefined;
  seconds: number;
}

async function answerBatch(
  task: Task,
  items: readonly Item[],
  prompts: PromptBuilder,
  model: LanguageModel,
  tokenizer: Tokenizer,
): Promise<NewSample[]> {
  const questions = items.map((item) => task.questions(item));
  const asked: Asked[][] = [];
  for (const [i, item] of items.entries()) {
    const row: Asked[] = [];
    for (const question of questions[i]!) {
      row.push({ prepared: await prompts.prepare(task, item, question), answer: undefined, seconds: 0 });
    }
    asked.push(row);
  }
  await answerAll(asked.flat(), model);
  const samples: NewSample[] = [];
  for (const [i, item] of items.entries()) {
    const answers = asked[i]!.map(({ answer }) => answer!);
    const texts = new Set(asked[i]!.map(({ prepared }) => prepared.text));
    const prompt = [...texts].join(promptSeparator);
    samples.push({
      item_id: item.id,
      prompt,
      prompt_sha256: sha256(prompt),
      target: task.target(item),
      output: outputText(questions[i]!, answers),
      answers,
      metrics: await task.judge(item, answers, tokenizer),
      meta: item.meta,
      seconds: asked[i]!.reduce((sum, { seconds }) => sum + seconds, 0),
    });
  }
  return samples;
}

async function answerAll(asked: readonly Asked[], model: LanguageModel): Promise<void> {
  const scored: (Asked & { prepared: PreparedScore })[] = [];
  const generated: (Asked & { prepared: PreparedGeneration })[] = [];
  for (const each of asked) {
    // The same object under its narrower type: answers and times are written into it.
    if (each.prepared.kind === "score") scored.push(each as Asked & { prepared: PreparedScore });
    else generated.push(each as Asked & { prepared: PreparedGeneration });
  }
  const keepSeconds = (list: Asked[]) => (index: number, _: unknown, seconds: number) => {
    list[index]!.seconds = seconds;
  };
  const scores = await model.score(
    scored.map(({ prepared }) => prepared.request),
    keepSeconds(scored),
  );
  for (const [i, each] of scored.entries()) each.answer = each.prepared.read(scores[i]!);
  const results = await model.generate(
    generated.map(({ prepared }) => prepared.request),
    keepSeconds(generated),
  );
  for (const [i, each] of generated.entries()) each.answer = await each.prepared.read(results[i]!.tokens);
}

/** What the model said, for people: of several answers the generated one. */
function outputText(questions: readonly Question[], answers: readonly Answer[]): string {
  let text = "";
  for (const [i, answer] of answers.entries()) {
    const question = questions[i]!;
    if (answer.ask === "generate") text = answer.text;
    else if (text === "" && question.ask === "rank") text = question.options[answer.choice] ?? "";
    else if (text === "" && question.ask === "letter") text = question.choices[answer.choice] ?? "";
  }
  return text;
}
