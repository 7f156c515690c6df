/** Two models on the items of one task that both have answered. */
import { type BoardSample, sampleScore } from "../leaderboard/board-samples.js";
import { tasks as registry } from "../registry.js";
import {
  type BootstrapOptions,
  bootstrapPValue,
  countPlaces,
  drawPlaces,
  percentileInterval,
  randomFor,
  type Statistic,
  standardError,
} from "../statistics/bootstrap.js";
import { headlineStatistic } from "../statistics/headline-statistic.js";
import { mcNemar } from "../statistics/mcnemar.js";
import type { Task } from "../task.js";
import type { ChangedItem, Difference, TaskComparison } from "./comparison.js";

export interface ComparedTask {
  name: string;
  metric: string;
  task_version: number;
  first: readonly BoardSample[];
  second: readonly BoardSample[];
}

export interface TaskOutcome {
  result: Omit<TaskComparison, "p_adjusted">;
  /** Of each resample. */
  draws: PairedDraws;
  changed: ChangedItem[];
}

export interface PairedDraws {
  /** On the items themselves. */
  values: readonly [first: number, second: number];
  differences: Float64Array;
}

/** Why the two cannot be compared, where they cannot. */
export function compareTask(task: ComparedTask, options: BootstrapOptions): TaskOutcome | string {
  const { name, metric } = task;
  const theirs = new Map(task.second.map((sample) => [sample.item_id, sample]));
  const pairs = task.first.flatMap((first): [BoardSample, BoardSample][] => {
    const second = theirs.get(first.item_id);
    return second === undefined ? [] : [[first, second]];
  });
  const answered = pairs.filter(([first, second]) => first.failure === null && second.failure === null);
  if (answered.length === 0) return "there is no item that both have answered";
  // What one of them has not answered counts for neither.
  const failed = pairs
    .filter(([first, second]) => first.failure !== null || second.failure !== null)
    .map(([first]) => first);
  const known = (registry as Record<string, Task>)[name];
  const judge = known?.version === task.task_version ? known : undefined;
  const statistic = (samples: readonly BoardSample[], within?: readonly Int32Array[]): Statistic | null =>
    headlineStatistic(samples, failed, { metric }, judge, within);
  const sides = [answered.map(([first]) => first), answered.map(([, second]) => second)] as const;
  let [first, second] = [statistic(sides[0]), statistic(sides[1])];
  if (first === null || second === null) return "its score does not follow from the stored samples";
  // Both are drawn within the same strata: where one of them needs finer ones, these.
  if (first.strata.length < second.strata.length) first = statistic(sides[0], second.strata)!;
  if (second.strata.length < first.strata.length) second = statistic(sides[1], first.strata)!;
  const draws = pairedDraws(first, second, randomFor(options.seed, name), options.resamples);

  const scores = answered.map(([a, b]) => [sampleScore(a, metric), sampleScore(b, metric)] as const);
  const binary = scores.flat().every((score) => score === 0 || score === 1);
  const better = scores.filter(([a, b]) => (b ?? 0) > (a ?? 0)).length;
  const worse = scores.filter(([a, b]) => (b ?? 0) < (a ?? 0)).length;
  return {
    result: {
      metric,
      items: answered.length,
      only_first_answered: failed.length - countFailed(pairs, 0),
      only_second_answered: failed.length - countFailed(pairs, 1),
      ...differenceOf(draws),
      better,
      worse,
      mcnemar: binary ? mcNemar(worse, better) : null,
    },
    draws,
    changed: changedItems(name, metric, pairs),
  };
}

const countFailed = (pairs: readonly (readonly [BoardSample, BoardSample])[], side: 0 | 1): number =>
  pairs.filter((pair) => pair[side].failure !== null).length;

function pairedDraws(
  first: Statistic,
  second: Statistic,
  random: ReturnType<typeof randomFor>,
  resamples: number,
): PairedDraws {
  const places = new Int32Array(countPlaces(first.strata));
  let filled = 0;
  for (const stratum of first.strata) {
    places.set(stratum, filled);
    filled += stratum.length;
  }
  const values = [first.of(places), second.of(places)] as const;
  const differences = Float64Array.from({ length: resamples }, () => {
    drawPlaces(first.strata, random, places);
    return second.of(places) - first.of(places);
  });
  return { values, differences };
}

export function differenceOf({ values: [first, second], differences }: PairedDraws): Difference {
  return {
    first,
    second,
    difference: second - first,
    standard_error: standardError(differences),
    interval: percentileInterval(differences),
    p_value: bootstrapPValue(differences),
  };
}

function changedItems(
  task: string,
  metric: string,
  pairs: readonly (readonly [BoardSample, BoardSample])[],
): ChangedItem[] {
  const scoreOf = (sample: BoardSample): number | null =>
    sample.failure === null ? sampleScore(sample, metric) : null;
  return pairs
    .map(([a, b]): ChangedItem => ({ task, item_id: a.item_id, first: scoreOf(a), second: scoreOf(b) }))
    .filter(({ first, second }) => first !== second);
}
