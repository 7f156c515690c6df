import type { Leaderboard, LeaderboardRow } from "./board.js";
import {
  type BoardColumn,
  metricColumns,
  overviewColumns,
  shownInterval,
  shownNumber,
  taskColumns,
  taskNamesOf,
  titleOf,
} from "./board-columns.js";
import { overviewNote, tasksNote } from "./board-notes.js";

/** The leaderboard for a README or an issue. */
export function boardMarkdown(board: Leaderboard): string {
  const measured = board.rows.filter(({ published }) => !published);
  const sections = [
    section("Models", overviewNote(board), columnsTable(board.rows, overviewColumns(board))),
    section("Tasks", tasksNote(board), columnsTable(measured, taskColumns(board))),
    ...taskNamesOf(board).map((task) => section(task, titleOf(task), metricsTable(board, task))),
  ];
  return ["# Leaderboard", "", ...sections].join("\n");
}

const section = (title: string, note: string, table: string): string => `## ${text(title)}\n\n${note}\n\n${table}`;

export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  const marks = header.map((_, i) => (i === 0 ? "---" : "---:"));
  return line(header) + line(marks) + rows.map(line).join("");
}

function columnsTable(rows: readonly LeaderboardRow[], columns: readonly BoardColumn[]): string {
  const cells = rows.map((row) => [
    text(row.model),
    ...columns.map(({ value, interval, digits }) => {
      const range = interval?.(row) ?? null;
      const shown = shownNumber(value(row), digits);
      return range === null || digits === "percent" ? shown : `${shown} (${shownInterval(range, digits)})`;
    }),
  ]);
  return markdownTable(["model", ...columns.map(({ name }) => name)], cells);
}

function metricsTable(board: Leaderboard, task: string): string {
  const metrics = metricColumns(board).filter((column) => column.task === task);
  const rows = board.rows.flatMap(({ model, tasks }) => {
    const result = tasks[task];
    if (result === undefined) return [];
    const values = metrics.map(({ metric }) => shownNumber(result.metrics[metric] ?? null, 3));
    const { overlap } = result;
    const shared = overlap === null ? "–" : `${overlap.overlapping} of ${overlap.items}`;
    return [[text(model), String(result.items), String(result.failures), shared, ...values]];
  });
  return markdownTable(["model", "items", "failures", "overlap", ...metrics.map(({ metric }) => text(metric))], rows);
}

/** Names come from outside: nothing of them is taken for a column's end or for HTML. */
export function text(given: string): string {
  return given
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[\\|`*[\]]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;");
}
