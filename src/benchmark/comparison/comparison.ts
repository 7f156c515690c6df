/** What `comparison.json` holds. Differences are the second model less the first: above 0, the second is better. */
import type { Interval } from "../statistics/bootstrap.js";
import type { McNemar } from "../statistics/mcnemar.js";
import type { Group } from "../task.js";

export interface Difference {
  /** Of each model on the items that both have answered. */
  first: number;
  second: number;
  difference: number;
  standard_error: number;
  /** Percentile interval of a paired bootstrap: both models on the same resampled items. */
  interval: Interval;
  /** Two-sided, of the same resamples. */
  p_value: number;
}

export interface TaskComparison extends Difference {
  metric: string;
  /** Answered by both. */
  items: number;
  /** Answered by one only: not in the difference. */
  only_first_answered: number;
  only_second_answered: number;
  /** Items on which the second model's score is higher, and lower. */
  better: number;
  worse: number;
  /** Null for a task whose items are not just right or wrong. */
  mcnemar: McNemar | null;
  /** Holm's adjustment over all tasks compared. */
  p_adjusted: number;
}

export interface ChangedItem {
  task: string;
  item_id: string;
  /** Null where there is no answer. */
  first: number | null;
  second: number | null;
}

export interface Comparison {
  first: ComparedModel;
  second: ComparedModel;
  /** Of the data sets of Darumeru that both have; null where there are none. */
  average: (Difference & { datasets: number }) | null;
  /** Null where a data set of the group is not compared. */
  groups: Record<Group, Difference | null>;
  tasks: Record<string, TaskComparison>;
  /** Task → why it is not compared. */
  left_out: Record<string, string>;
  /** All tasks whose items are right or wrong together; null where there are none. */
  mcnemar: McNemar | null;
  resamples: number;
  seed: number;
  changed: ChangedItem[];
}

export interface ComparedModel {
  model: string;
  model_sha256: string;
  tokenizer_sha256: string;
  settings: Record<string, unknown>;
}
