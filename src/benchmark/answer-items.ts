/**
 * Asks a model the questions of a task's items and judges what it answers. Items are asked in windows, whose questions
 * the model may answer in any order; what is answered is handed on while the rest of the window is under way.
 */
import type { Failed, FallibleModel } from "../inference/language-model.js";
import { sha256 } from "../sha256.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { Item } from "./items.js";
import type { Prepared, PreparedGeneration, PreparedScore, PromptBuilder } from "./prompts.js";
import { QuestionFailure } from "./question-failure.js";
import type { NewSample } from "./store.js";
import type { Answer, Question, Task } from "./task.js";

// Windows grow while they are done quickly. A small one has enough questions to fill batches and to share beginnings.
const smallestWindow = 64;
const largestWindow = 1024;
const quick = 3;
/** Milliseconds after which what is answered is handed on: what a kill loses. */
const handOnAfter = 1000;

/** Between two questions' prompts of one item in the database. */
const promptSeparator = "\n\n=====\n\n";

/** Throws what `model` and the task throw; a question that cannot be asked or is not answered fails its sample alone. */
export async function* answerItems(
  task: Task,
  items: readonly Item[],
  prompts: PromptBuilder,
  model: FallibleModel,
  tokenizer: Tokenizer,
  signal: AbortSignal | undefined,
): AsyncGenerator<NewSample[]> {
  let size = smallestWindow;
  for (let first = 0; first < items.length; ) {
    signal?.throwIfAborted();
    const started = performance.now();
    const window = items.slice(first, first + size);
    yield* answerWindow(task, window, prompts, model, tokenizer);
    first += window.length;
    const seconds = (performance.now() - started) / 1000;
    if (seconds < quick) size = Math.min(largestWindow, size * 2);
    else if (seconds > 4 * quick) size = Math.max(smallestWindow, size >> 1);
  }
}

interface Asked {
  asked: AskedItem;
  question: Question;
  prepared: Prepared | undefined;
  answer: Answer | undefined;
  seconds: number;
}

interface AskedItem {
  item: Item;
  /** In the window. */
  place: number;
  questions: Asked[];
  /** Questions without an answer so far. */
  open: number;
  failure: string | undefined;
}

async function* answerWindow(
  task: Task,
  items: readonly Item[],
  prompts: PromptBuilder,
  model: FallibleModel,
  tokenizer: Tokenizer,
): AsyncGenerator<NewSample[]> {
  const window: AskedItem[] = [];
  for (const [place, item] of items.entries()) window.push(await prepareItem(task, item, place, prompts));
  let done = window.filter(({ open }) => open === 0);
  const judgeDone = async (): Promise<NewSample[]> => {
    const whole = done.sort((a, b) => a.place - b.place);
    done = [];
    const samples: NewSample[] = [];
    for (const each of whole) samples.push(await judge(task, each, tokenizer));
    return samples;
  };
  let fault: { error: unknown } | undefined;
  let answering = true;
  const questions = window.filter(({ open }) => open > 0).flatMap((asked) => asked.questions);
  const work = answerAll(questions, model, (asked) => done.push(asked)).then(
    () => {
      answering = false;
    },
    (error: unknown) => {
      answering = false;
      fault = { error };
    },
  );
  while (answering) {
    await within(handOnAfter, work);
    if (done.length > 0) yield await judgeDone();
  }
  if (done.length > 0) yield await judgeDone();
  if (fault !== undefined) throw fault.error;
}

async function prepareItem(task: Task, item: Item, place: number, prompts: PromptBuilder): Promise<AskedItem> {
  const asked: AskedItem = { item, place, questions: [], open: 0, failure: undefined };
  for (const question of task.questions(item)) {
    const each: Asked = { asked, question, prepared: undefined, answer: undefined, seconds: 0 };
    asked.questions.push(each);
    try {
      each.prepared = await prompts.prepare(task, item, question);
    } catch (error) {
      if (!(error instanceof QuestionFailure)) throw error;
      asked.failure ??= error.message;
    }
  }
  if (asked.failure === undefined) asked.open = asked.questions.length;
  return asked;
}

async function answerAll(questions: Asked[], model: FallibleModel, onDone: (item: AskedItem) => void): Promise<void> {
  const scored: { each: Asked; prepared: PreparedScore }[] = [];
  const generated: { each: Asked; prepared: PreparedGeneration }[] = [];
  for (const each of questions) {
    if (each.prepared?.kind === "score") scored.push({ each, prepared: each.prepared });
    else if (each.prepared?.kind === "generate") generated.push({ each, prepared: each.prepared });
  }
  const answered = (each: Asked, answer: Answer | Failed, seconds: number): void => {
    each.seconds = seconds;
    if ("failure" in answer) each.asked.failure ??= answer.failure;
    else each.answer = answer;
    if (--each.asked.open === 0) onDone(each.asked);
  };
  await model.score(
    scored.map(({ prepared }) => prepared.request),
    (index, result, seconds) => {
      const { each, prepared } = scored[index]!;
      answered(each, "failure" in result ? result : prepared.read(result), seconds);
    },
  );
  // The text of an answer takes time; all of it is there when the last one is.
  const reading: Promise<void>[] = [];
  await model.generate(
    generated.map(({ prepared }) => prepared.request),
    (index, result, seconds) => {
      const { each, prepared } = generated[index]!;
      if ("failure" in result) answered(each, result, seconds);
      else reading.push(prepared.read(result.tokens).then((answer) => answered(each, answer, seconds)));
    },
  );
  await Promise.all(reading);
}

async function judge(task: Task, { item, questions, failure }: AskedItem, tokenizer: Tokenizer): Promise<NewSample> {
  const texts = new Set(questions.map(({ prepared, question }) => prepared?.text ?? plainText(question)));
  const prompt = [...texts].join(promptSeparator);
  const answers = failure === undefined ? questions.map(({ answer }) => answer!) : [];
  return {
    item_id: item.id,
    prompt,
    prompt_sha256: sha256(prompt),
    target: task.target(item),
    output: outputText(questions, answers),
    answers,
    metrics: failure === undefined ? await task.judge(item, answers, tokenizer) : {},
    meta: item.meta,
    seconds: questions.reduce((sum, { seconds }) => sum + seconds, 0),
    ...(failure !== undefined && { failure }),
  };
}

/** Of a question that could not become a prompt. */
const plainText = ({ messages }: Question): string => messages.map(({ content }) => content).join("\n");

/** What the model said, for people: of several answers the generated one. */
function outputText(questions: readonly Asked[], answers: readonly Answer[]): string {
  let text = "";
  for (const [i, answer] of answers.entries()) {
    const { question } = questions[i]!;
    if (answer.ask === "generate") text = answer.text;
    else if (text === "" && question.ask === "rank") text = question.options[answer.choice] ?? "";
    else if (text === "" && question.ask === "letter") text = question.choices[answer.choice] ?? "";
  }
  return text;
}

/** Waits for `work`, at most so long. */
async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, over]);
  clearTimeout(timer);
}
