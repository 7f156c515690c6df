/** What `leaderboard.json` holds, and what the other files are made from. */
import type { Averages } from "../groups.js";
import type { Interval } from "../statistics/bootstrap.js";
import type { Group } from "../task.js";

export interface Overlap {
  /** Items that were looked at, and those that share an n-gram of `words` words with the training text. */
  items: number;
  overlapping: number;
  words: number;
}

export interface TaskResult {
  /** The metric that stands for the task; null where no item was answered. */
  score: number | null;
  metric: string;
  standard_error: number | null;
  /** Percentile interval over items; null where the samples do not give the score. */
  interval: Interval | null;
  /** Answered ones: the score is over them. */
  items: number;
  /** Items without an answer, which count nowhere. */
  failures: number;
  overlap: Overlap | null;
  task_version: number;
  /** Of the data set; null where the run does not say. Scores on other items are not comparable. */
  items_sha256: string | null;
  metrics: Record<string, number>;
}

/** Spread of an average over other items of each of its data sets. */
export interface Spread {
  standard_error: number;
  interval: Interval;
}

export interface LeaderboardRow extends Averages {
  /** The name of a row is its own: where several have the model's name, it says how they differ. */
  model: string;
  /** As it was given to the evaluation. */
  name: string;
  /** Null for published rows, as all that follows. */
  model_sha256: string | null;
  tokenizer_sha256: string | null;
  /** What the answers depend on beside model and items: few-shot examples, limit, system prompt, … */
  settings: Record<string, unknown>;
  /** Of `micro`, or of `micro_partial` where that is null. */
  spread: Spread | null;
  group_spreads: Record<Group, Spread | null>;
  failures: number;
  /** Of all tasks that were looked at. */
  overlap: { items: number; overlapping: number } | null;
  /** symbols_per_token, characters_per_second, tokens_per_second, perplexity, bits_per_character: those that were measured. */
  measures: Record<string, number>;
  /** SHA-256 of the texts of those measures that are of a text. */
  measured_on: Record<string, string>;
  tasks: Record<string, TaskResult>;
  published: boolean;
  /** Of a published row: where its figures stand. */
  source: string | null;
}

export interface Leaderboard {
  rows: LeaderboardRow[];
  intervals: { method: "percentile bootstrap"; level: number; resamples: number; seed: number };
}
