/** Sentences that a reader of the tables needs, the same in Markdown and HTML. */
import type { Leaderboard } from "./board.js";
import { measuresOfOtherTexts, tasksOnOtherItems } from "./board-columns.js";

export function overviewNote(board: Leaderboard): string {
  const { rows, intervals } = board;
  const texts = measuresOfOtherTexts(board);
  const warning = texts.length === 0 ? "" : ` Measured on different texts, not comparable: ${texts.join(", ")}.`;
  const published = rows.some((row) => row.published)
    ? " Rows marked as published are figures from the paper that the row names, not measured here."
    : "";
  return (
    "Micro: the mean over Darumeru's 17 data sets, known when all are there; partial: over those that are there. A group is " +
    "known when all its data sets are there. Ranges: 95 % percentile intervals of a bootstrap over the items of each data set " +
    `(${intervals.resamples.toLocaleString("en-US")} resamples, seed ${intervals.seed}). Items without an answer are counted as failures and in no score.${published}${warning}`
  );
}

export function tasksNote(board: Leaderboard): string {
  const other = tasksOnOtherItems(board);
  const warning =
    other.length === 0
      ? ""
      : ` Not all rows were scored on the same items of ${other.join(", ")}: not comparable there.`;
  return `The score that stands for each task. Tasks in brackets are not part of Darumeru.${warning}`;
}
