/** Questions as token ids, through the model's chat template, and what the model's figures say about them. */
import type { GenerateRequest, ScoreRequest } from "../inference/language-model.js";
import { encodeChat } from "../tokenizer/chat-template.js";
import type { ChatMessage, Tokenizer } from "../tokenizer/tokenizer.js";
import { encodeConversation, exampleTurns, type Room } from "./conversation.js";
import { decodeAnswer } from "./decode-answer.js";
import type { Item } from "./items.js";
import { addedIds, type LetterForms, letterForms } from "./letter-forms.js";
import { QuestionFailure } from "./question-failure.js";
import { remembered } from "./remembered.js";
import type { Answer, Choice, Question, Task } from "./task.js";

export interface PromptOptions {
  tokenizer: Tokenizer;
  /** Ids that end an answer; the mark that ends a turn of the chat template is one in any case. */
  stopIds: readonly number[];
  /** Positions of the model's context. */
  contextLimit: number;
  /** Examples, the one for the nearest place first. */
  examples: readonly Item[];
  /** At most so many before an item; all by default. */
  fewShot?: number | undefined;
  system: string | undefined;
}

export interface PreparedScore {
  kind: "score";
  text: string;
  request: ScoreRequest;
  read(scores: number[][]): Answer;
}

export interface PreparedGeneration {
  kind: "generate";
  text: string;
  request: GenerateRequest;
  read(tokens: number[]): Promise<Answer>;
}

export type Prepared = PreparedScore | PreparedGeneration;

export interface PromptBuilder {
  /** Throws `QuestionFailure` where this model cannot be asked: its sample fails, the others do not. */
  prepare(task: Task, item: Item, question: Question): Promise<Prepared>;
}

export function createPromptBuilder(options: PromptOptions): PromptBuilder {
  const { tokenizer, contextLimit } = options;
  const encode = remembered((text) => tokenizer.encode(text));
  const encodeBatch = (texts: string[]): Promise<number[][]> => Promise.all(texts.map(encode));
  const remembering = Object.assign(Object.create(tokenizer) as Tokenizer, { encode, encodeBatch });
  const formsOf = remembered((key) => {
    const [before, choices] = JSON.parse(key) as [string, string[]];
    return letterForms(remembering, before, choices);
  });
  let marks: Promise<number[]> | undefined;
  const endOfTurn = (): Promise<number[]> => (marks ??= endOfTurnIds(tokenizer));

  const conversation = (task: Task, item: Item, question: Question, room: Room) => {
    const pool = task.examples?.(item, options.examples) ?? options.examples;
    const examples = pool.slice(0, options.fewShot).map((example) => exampleTurns(task, example));
    return encodeConversation({ ...options, tokenizer: remembering }, item, question, examples, room);
  };

  const prepareRank = async (task: Task, item: Item, question: Question & { ask: "rank" }): Promise<Prepared> => {
    const before = openTurn(question.messages);
    let continuations: number[][] = [];
    if (question.over === "common") {
      for (const option of question.options) continuations.push(await continuation(encode, before, option));
      const common = Math.min(...continuations.map(({ length }) => length));
      continuations = continuations.map((ids) => ids.slice(0, common));
    } else {
      const end = await endOfTurn();
      for (const option of question.options) continuations.push([...(await encode(option)), ...end]);
    }
    const room = Math.max(...continuations.map(({ length }) => length));
    const { text, ids } = await conversation(task, item, question, { least: room, room });
    return {
      kind: "score",
      text,
      request: { prompt: ids, continuations },
      read(scores) {
        const sums = scores.map((tokens) => tokens.reduce((sum, value) => sum + value, 0));
        const answer = choiceAnswer("rank", question.over === "common" ? sums.map((sum) => sum / room) : sums);
        return { ...answer, tokenLogProbabilities: scores };
      },
    };
  };

  const prepareLetter = async (task: Task, item: Item, question: Question & { ask: "letter" }): Promise<Prepared> => {
    const { lead, forms } = await formsOf(JSON.stringify([openTurn(question.messages), question.choices]));
    checkForms(forms, question.choices, item, tokenizer);
    const { text, ids } = await conversation(task, item, question, { least: lead.length + 1, room: lead.length + 1 });
    return {
      kind: "score",
      text,
      request: { prompt: [...ids, ...lead], continuations: forms.map(({ id }) => [id]) },
      read(scores) {
        // With and without the space in front it is the same answer: probabilities add up.
        const logs = question.choices.map(() => Number.NEGATIVE_INFINITY);
        for (const [i, { choice }] of forms.entries()) logs[choice] = logOfSum(logs[choice]!, scores[i]![0]!);
        return choiceAnswer("letter", logs);
      },
    };
  };

  const prepareGeneration = async (
    task: Task,
    item: Item,
    question: Question & { ask: "generate" },
  ): Promise<Prepared> => {
    // Examples give way to the whole answer; a question alone is asked even where the context ends its answer early.
    const { text, ids } = await conversation(task, item, question, { least: 1, room: question.maxTokens });
    const maxTokens = Math.min(question.maxTokens, contextLimit - ids.length);
    const [mark] = await endOfTurn();
    const stops = new Set(options.stopIds);
    if (mark !== undefined && tokenizer.addedIds.has(mark)) stops.add(mark);
    return {
      kind: "generate",
      text,
      request: { prompt: ids, maxTokens, stopIds: [...stops] },
      read: async (tokens) => ({ ask: "generate", ...(await decodeAnswer(tokenizer, tokens)) }),
    };
  };

  return {
    async prepare(task, item, question) {
      if (question.ask === "rank") return prepareRank(task, item, question);
      if (question.ask === "letter") return prepareLetter(task, item, question);
      return prepareGeneration(task, item, question);
    },
  };
}

/** What the assistant has said already. */
function openTurn(messages: readonly ChatMessage[]): string {
  const last = messages.at(-1);
  return last?.role === "assistant" ? last.content : "";
}

/** Ids of an option behind what the assistant has said: cut together with it, where that leaves it as it is. */
async function continuation(encode: Tokenizer["encode"], before: string, option: string): Promise<number[]> {
  if (before === "") return encode(option);
  return addedIds(await encode(before), await encode(`${before} ${option}`)) ?? encode(` ${option}`);
}

function checkForms(forms: LetterForms["forms"], choices: readonly string[], item: Item, { source }: Tokenizer): void {
  const missing = choices.find((_, place) => forms.every(({ choice }) => choice !== place));
  if (missing === undefined) return;
  throw new QuestionFailure(
    "benchmark.choice_not_a_token",
    `${item.place}: the choice "${missing}" is no single token of ${source} at the place of the answer`,
  );
}

/** Ids behind an answer's words in the model's own chat format: with them a rank is the probability of exactly this answer. */
async function endOfTurnIds(tokenizer: Tokenizer): Promise<number[]> {
  const word = "A";
  const { ids, assistant } = await encodeChat(tokenizer, [
    { role: "user", content: word },
    { role: "assistant", content: word },
  ]);
  const first = assistant.indexOf(true);
  const answer = ids.filter((_, i) => i >= first && assistant[i]);
  const plain = await tokenizer.encode(word);
  return answer.slice(plain.length);
}

/** log(exp(a) + exp(b)), without underflow. */
function logOfSum(a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a];
  return low === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(low - high));
}

/** Of equal log-probabilities the first. */
function choiceAnswer(ask: "letter" | "rank", logProbabilities: number[]): Choice {
  let choice = 0;
  for (const [i, value] of logProbabilities.entries()) if (value > logProbabilities[choice]!) choice = i;
  return { ask, logProbabilities, choice };
}
