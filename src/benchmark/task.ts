/** What a task of the benchmark is: it turns an item into questions and judges the answers. */
import type { ChatMessage, Tokenizer } from "../tokenizer/tokenizer.js";
import type { ItemForm } from "./item-form.js";
import type { Item } from "./items.js";
import type { Score } from "./metrics/mean.js";

export type Group = "DaruMMLU" | "DaruMERA" | "DaruSum" | "DaruCopy_EN" | "DaruCopy_RU";

/** Earlier questions with their answers, of which the oldest give way where the context is too short for all. */
export interface Dialogue {
  /** The oldest first. */
  turns: readonly string[];
  /** The question behind the turns from `first` on; behind none with `first` = turns.length. */
  messages(first: number): ChatMessage[];
}

export type Question =
  /** Which choice is the next token? `messages` hold the whole `dialogue`, where there is one. */
  | { ask: "letter"; messages: ChatMessage[]; choices: string[]; dialogue?: Dialogue }
  /**
   * Which option is the likeliest answer of the assistant, end of turn included?
   * `over: "common"`: by the mean log-probability of a token over as many tokens as the shortest option has.
   */
  | { ask: "rank"; messages: ChatMessage[]; options: string[]; over?: "common" }
  | { ask: "generate"; messages: ChatMessage[]; maxTokens: number };

export interface Choice {
  ask: "letter" | "rank";
  /** Natural logarithms, in the order of the choices. */
  logProbabilities: number[];
  /** Index of the highest. */
  choice: number;
  /** Of `rank`, each token of each option: what a later metric may weigh otherwise. */
  tokenLogProbabilities?: number[][];
}

export interface Generation {
  ask: "generate";
  text: string;
  /** Tokens of the answer, without the one that ended it. */
  tokens: number;
}

export type Answer = Choice | Generation;
export type TokenCounter = Pick<Tokenizer, "encode">;

/** A judged sample, as it is stored and added up. */
export interface JudgedSample {
  metrics: Record<string, number>;
  meta: Record<string, unknown>;
  seconds: number;
}

export interface Task extends ItemForm {
  /** Raised when prompts or scores change. */
  version: number;
  /** Name of the data set's folder. */
  dataset: string;
  /** Darumeru's group; null for tasks that are not part of it. */
  group: Group | null;
  /** What it measures, in a few words. */
  title: string;
  /** The metric that stands for the task. */
  metric: string;
  /** Throws `BenchmarkError` where the item lacks what the task needs, naming file, line and field. */
  questions(item: Item): Question[];
  /** Metrics of one sample; `answers` in the order of the questions. */
  judge(item: Item, answers: readonly Answer[], tokenizer: TokenCounter): Promise<Record<string, number>>;
  /** The answers that a perfect model gives: they must score full marks. */
  gold(item: Item, tokenizer: TokenCounter): Promise<Answer[]>;
  /** The gold answer as it is stored. */
  target(item: Item): string;
  /** Examples that may stand before an item, the best first; all of the `prompt` split in its order by default. */
  examples?(item: Item, all: readonly Item[]): readonly Item[];
  /** `failed`: samples without an answer, which count in no score. */
  aggregate(samples: readonly JudgedSample[], failed?: readonly Pick<JudgedSample, "meta">[]): Record<string, Score>;
}

export function asChoice(answer: Answer | undefined): Choice {
  if (answer === undefined || answer.ask === "generate") throw new TypeError("expected the answer to a choice");
  return answer;
}

export function asGeneration(answer: Answer | undefined): Generation {
  if (answer?.ask !== "generate") throw new TypeError("expected a generated answer");
  return answer;
}

/** An answer without words scores 0 and is counted besides. */
export const isEmpty = ({ text, tokens }: Generation): boolean => tokens === 0 || text.trim() === "";

/** A choice with all probability on `choice`. */
export function certain(ask: Choice["ask"], choice: number, choices: number): Choice {
  return { ask, choice, logProbabilities: Array.from({ length: choices }, (_, i) => (i === choice ? 0 : -100)) };
}

/** `text` as a generated answer. */
export async function generation(text: string, tokenizer: TokenCounter): Promise<Generation> {
  return { ask: "generate", text, tokens: (await tokenizer.encode(text)).length };
}
