/**
 * Questions as token ids. A conversation goes through the model's chat template; few-shot examples stand in front as
 * earlier turns, the first nearest to the question, as many as fit.
 */
import { BenchmarkError } from "../errors.js";
import type { GenerateRequest, ScoreRequest } from "../inference/language-model.js";
import { encodeChat } from "../tokenizer/chat-template.js";
import type { ChatMessage, Tokenizer } from "../tokenizer/tokenizer.js";
import type { Item } from "./items.js";
import type { Answer, Choice, Question, Task } from "./task.js";

export interface PromptOptions {
  tokenizer: Tokenizer;
  /** Ids that end an answer. */
  stopIds: readonly number[];
  /** Positions of the model's context. */
  contextLimit: number;
  /** Examples, the one for the nearest place first. */
  examples: readonly Item[];
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
  prepare(task: Task, item: Item, question: Question): Promise<Prepared>;
}

export function createPromptBuilder(options: PromptOptions): PromptBuilder {
  const { tokenizer, stopIds, contextLimit } = options;
  const encoded = new Map<string, Promise<number[]>>();
  const encode = (text: string): Promise<number[]> => {
    const known = encoded.get(text) ?? tokenizer.encode(text);
    // Options and choices come back again and again; the bound keeps odd data sets from filling the memory.
    if (encoded.size < 100_000) encoded.set(text, known);
    return known;
  };
  const endOfTurn = endOfTurnIds(tokenizer);

  /** Encodes the conversation behind as many examples as leave `room` for the answer; alone it must leave `least`. */
  const encodeConversation = async (task: Task, item: Item, messages: ChatMessage[], least: number, room = least) => {
    const open = messages.at(-1)?.role === "assistant";
    const system = options.system ?? messages.find(({ role }) => role === "system")?.content;
    const turns = messages.filter(({ role }) => role !== "system");
    const head: ChatMessage[] = system === undefined ? [] : [{ role: "system", content: system }];
    const chat = (all: ChatMessage[]) =>
      encodeChat(tokenizer, [...head, ...all], open ? { continueFinalMessage: true } : { addGenerationPrompt: true });
    let best = await chat(turns);
    if (best.ids.length + least > contextLimit) {
      throw new BenchmarkError(
        "benchmark.prompt_too_long",
        `${item.place}: the prompt has ${best.ids.length} tokens, which leaves no room for the answer in a context of ${contextLimit}`,
      );
    }
    let shots: ChatMessage[] = [];
    for (const example of options.examples) {
      const longer = [...exampleTurns(task, example), ...shots];
      const candidate = await chat([...longer, ...turns]);
      if (candidate.ids.length + room > contextLimit) break;
      shots = longer;
      best = candidate;
    }
    return { text: best.text, ids: best.ids, open };
  };

  const prepareRank = async (task: Task, item: Item, question: Question & { ask: "rank" }): Promise<Prepared> => {
    const end = await endOfTurn;
    const continuations: number[][] = [];
    for (const option of question.options) continuations.push([...(await encode(option)), ...end]);
    const room = Math.max(...continuations.map(({ length }) => length));
    const { text, ids } = await encodeConversation(task, item, question.messages, room);
    return {
      text,
      kind: "score",
      request: { prompt: ids, continuations },
      read: (scores) => ({
        ...choiceAnswer(
          "rank",
          scores.map((tokens) => tokens.reduce((sum, value) => sum + value, 0)),
        ),
        tokenLogProbabilities: scores,
      }),
    };
  };

  const prepareLetter = async (task: Task, item: Item, question: Question & { ask: "letter" }): Promise<Prepared> => {
    const { text, ids, open } = await encodeConversation(task, item, question.messages, 1);
    const before = open ? question.messages.at(-1)!.content : "";
    const start = await encode(before);
    const forms: { choice: number; id: number }[] = [];
    for (const [choice, letter] of question.choices.entries()) {
      const found = new Set<number>();
      for (const form of [letter, ` ${letter}`]) {
        const whole = await encode(before + form);
        const extends_ = whole.length === start.length + 1 && start.every((id, i) => whole[i] === id);
        if (extends_) found.add(whole.at(-1)!);
      }
      if (found.size === 0) {
        throw new BenchmarkError(
          "benchmark.choice_not_a_token",
          `${item.place}: the choice "${letter}" is no single token of ${tokenizer.source} at the place of the answer`,
        );
      }
      for (const id of found) forms.push({ choice, id });
    }
    return {
      text,
      kind: "score",
      request: { prompt: ids, continuations: forms.map(({ id }) => [id]) },
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
    const { text, ids } = await encodeConversation(task, item, question.messages, 1, question.maxTokens);
    const maxTokens = Math.min(question.maxTokens, contextLimit - ids.length);
    return {
      text,
      kind: "generate",
      request: { prompt: ids, maxTokens, stopIds },
      async read(tokens) {
        return { ask: "generate", text: (await decodeAnswer(tokenizer, tokens)).trim(), tokens: tokens.length };
      },
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

/** An example of the `prompt` split as it stands in front of a question: with its own answer, or the gold one added. */
function exampleTurns(task: Task, example: Item): ChatMessage[] {
  const turns = example.messages.filter(({ role }) => role !== "system");
  const target = task.target(example);
  const last = turns.at(-1);
  if (last?.role !== "assistant") return [...turns, { role: "assistant", content: target }];
  if (last.content.trimEnd().endsWith(target)) return turns;
  // The turn is as open as the question's own.
  return [...turns.slice(0, -1), { role: "assistant", content: `${last.content.trimEnd()} ${target}`.trimStart() }];
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
  return high + Math.log1p(Math.exp(low - high));
}

/** Of equal log-probabilities the first. */
function choiceAnswer(ask: "letter" | "rank", logProbabilities: number[]): Choice {
  let choice = 0;
  for (const [i, value] of logProbabilities.entries()) if (value > logProbabilities[choice]!) choice = i;
  return { ask, logProbabilities, choice };
}

/** Rows beyond the tokenizer's ids (padding) have no text: each shows as a replacement character, which no gold answer has. */
async function decodeAnswer(tokenizer: Tokenizer, tokens: number[]): Promise<string> {
  if (tokens.every((id) => id < tokenizer.size)) return tokenizer.decode(tokens, true);
  const parts: string[] = [];
  let run: number[] = [];
  for (const id of tokens) {
    if (id < tokenizer.size) {
      run.push(id);
      continue;
    }
    parts.push(await tokenizer.decode(run, true), "\u{fffd}");
    run = [];
  }
  parts.push(await tokenizer.decode(run, true));
  return parts.join("");
}
