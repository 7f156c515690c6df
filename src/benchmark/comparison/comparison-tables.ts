/** The comparison in sentences and a table, for Markdown and HTML. */
import type { Comparison, Difference, TaskComparison } from "./comparison.js";

export const comparisonHeader = [
  "",
  "first",
  "second",
  "difference",
  "95 % interval",
  "p",
  "p, Holm",
  "items",
  "better",
  "worse",
  "McNemar p",
];

/** The average, the groups that are known, then the tasks. */
export function comparisonRows({ average, groups, tasks }: Comparison): string[][] {
  const rows: string[][] = [];
  if (average !== null) {
    const name = average.datasets === 17 ? "micro average" : `average of ${average.datasets} data sets`;
    rows.push(cells(name, average));
  }
  for (const [group, difference] of Object.entries(groups))
    if (difference !== null) rows.push(cells(group, difference));
  for (const [task, difference] of Object.entries(tasks)) rows.push(cells(task, difference, difference));
  return rows;
}

function cells(
  name: string,
  { first, second, difference, interval, p_value }: Difference,
  task?: TaskComparison,
): string[] {
  const counts = task === undefined ? ["", "", "", ""] : [task.items, task.better, task.worse].map(String);
  const mcnemar = task === undefined ? [] : [task.mcnemar === null ? "–" : shownP(task.mcnemar.p_value)];
  return [
    name,
    first.toFixed(3),
    second.toFixed(3),
    signed(difference),
    `${signed(interval[0])} to ${signed(interval[1])}`,
    shownP(p_value),
    task === undefined ? "" : shownP(task.p_adjusted),
    ...counts,
    ...mcnemar,
  ];
}

export const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
export const shownP = (value: number): string => (value < 0.001 ? "< 0.001" : value.toFixed(3));

/** How to read it, and what was left out. */
export function comparisonNotes({ first, second, mcnemar, left_out, resamples, seed, tasks }: Comparison): string[] {
  const unanswered = Object.values(tasks).reduce(
    (sum, { only_first_answered, only_second_answered }) => sum + only_first_answered + only_second_answered,
    0,
  );
  const notes = [
    `First: ${first.model}. Second: ${second.model}. Differences are the second less the first, on the items that both have answered.`,
    `Intervals and p: paired bootstrap, both models on the same resampled items of each data set (${resamples.toLocaleString("en-US")} resamples, ` +
      `percentiles, seed ${seed}); p after Holm holds for all tasks together. McNemar: exact, for tasks whose items are right or wrong.`,
  ];
  if (mcnemar !== null) {
    notes.push(
      `Of all items that are right or wrong, ${mcnemar.only_first} only the first has right, ${mcnemar.only_second} only the second: p ${shownP(mcnemar.p_value)} (McNemar).`,
    );
  }
  if (unanswered > 0)
    notes.push(`${unanswered} items were answered by one of the two only; they are in no difference.`);
  for (const [task, reason] of Object.entries(left_out)) notes.push(`${task} is not compared: ${reason}.`);
  return notes;
}
