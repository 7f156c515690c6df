import type { Leaderboard, LeaderboardRow } from "./board.js";
import { groups, metricColumns, taskNamesOf } from "./board-columns.js";
import { type CsvCell, csvLine } from "./csv-lines.js";

type Column = [name: string, value: (row: LeaderboardRow) => CsvCell];

/** The leaderboard for spreadsheets: a line a row, every number in full. */
export function boardCsv(board: Leaderboard): string {
  const measures = [...new Set(board.rows.flatMap((row) => Object.keys(row.measures)))].sort();
  const columns: Column[] = [
    ["model", ({ model }) => model],
    ["micro", ({ micro }) => micro],
    ["micro_partial", ({ micro_partial }) => micro_partial],
    ["datasets", ({ datasets }) => datasets],
    ["standard_error", ({ spread }) => spread?.standard_error],
    ["interval_low", ({ spread }) => spread?.interval[0]],
    ["interval_high", ({ spread }) => spread?.interval[1]],
    ...groups.map((group): Column => [group, (row) => row.groups[group]]),
    ...taskNamesOf(board).map((task): Column => [`${task}.score`, ({ tasks }) => tasks[task]?.score]),
    ...metricColumns(board).map(
      ({ task, metric }): Column => [`${task}.${metric}`, ({ tasks }) => tasks[task]?.metrics[metric]],
    ),
    ...taskNamesOf(board).map((task): Column => [`${task}.failures`, ({ tasks }) => tasks[task]?.failures]),
    ["failures", ({ failures, published }) => (published ? null : failures)],
    ["overlap_items", ({ overlap }) => overlap?.items],
    ["overlap_overlapping", ({ overlap }) => overlap?.overlapping],
    ...measures.map((name): Column => [name, (row) => row.measures[name]]),
    ["model_sha256", ({ model_sha256 }) => model_sha256],
    ["tokenizer_sha256", ({ tokenizer_sha256 }) => tokenizer_sha256],
    ["published", ({ published }) => String(published)],
    ["source", ({ source }) => source],
  ];
  const lines = board.rows.map((row) => csvLine(columns.map(([, value]) => value(row))));
  return csvLine(columns.map(([name]) => name)) + lines.join("");
}
