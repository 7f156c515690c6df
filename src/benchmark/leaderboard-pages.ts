/** The leaderboard for people and for spreadsheets. */
import { type Cell, escapeHtml, htmlPage, htmlTable } from "../report/html-page.js";
import { groupDatasets } from "./groups.js";
import type { Leaderboard, LeaderboardRow } from "./leaderboard.js";
import { tasks } from "./registry.js";
import type { Group, Task } from "./task.js";

const groups = Object.keys(groupDatasets) as Group[];

export function leaderboardCsv(board: Leaderboard): string {
  const columns = metricColumns(board);
  const header = [
    ...["model", "micro", "micro_partial", "datasets"],
    ...groups,
    ...columns.map(({ task, metric }) => `${task}.${metric}`),
    "published",
  ];
  const rows = board.rows.map((row) => [
    ...[row.model, row.micro, row.micro_partial, row.datasets],
    ...groups.map((group) => row.groups[group]),
    ...columns.map(({ task, metric }) => row.tasks[task]?.metrics[metric]),
    String(row.published),
  ]);
  const cell = (value: Cell): string => {
    const text = value === null || value === undefined ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [header, ...rows].map((row) => `${row.map(cell).join(",")}\n`).join("");
}

export function leaderboardMarkdown(board: Leaderboard): string {
  const sections = tables(board).map(({ title, note, header, rows }) => {
    const line = (cells: string[]): string => `| ${cells.join(" | ")} |`;
    const marks = header.map((_, i) => (i === 0 ? "---" : "---:"));
    const body = rows.map((row) => line(row.map(shown)));
    return [`## ${title}`, "", note, "", line(header), line(marks), ...body, ""].join("\n");
  });
  return ["# Leaderboard", "", ...sections].join("\n");
}

export function leaderboardHtml(board: Leaderboard): string {
  const sections = tables(board).map(
    ({ title, note, header, rows }) =>
      `<h2>${escapeHtml(title)}</h2>\n<p class="note">${escapeHtml(note)}</p>\n${htmlTable(header, rows)}`,
  );
  return htmlPage("Leaderboard", sections.join("\n"));
}

interface Table {
  title: string;
  note: string;
  header: string[];
  rows: Cell[][];
}

function tables(board: Leaderboard): Table[] {
  const names = taskColumns(board);
  const score = (row: LeaderboardRow, name: string): Cell => {
    const result = row.tasks[name];
    if (result === undefined) return null;
    const { score: value, standard_error } = result;
    return standard_error === null ? value : `${value.toFixed(3)} ± ${standard_error.toFixed(3)}`;
  };
  const overview: Table = {
    title: "Models",
    note:
      "Micro: the mean over Darumeru's 17 datasets, known when all are there; partial: over those that are there. " +
      "A group is known when all its datasets are there.",
    header: ["model", "micro", "partial", "datasets", ...groups],
    rows: board.rows.map((row) => [
      ...[row.model, row.micro, row.micro_partial, row.datasets],
      ...groups.map((group) => row.groups[group]),
    ]),
  };
  const byTask: Table = {
    title: "Tasks",
    note: "The score that stands for each task, with its standard error over items. Tasks in brackets are not part of Darumeru.",
    header: ["model", ...names.map((name) => (groupOf(name) === null ? `(${name})` : name))],
    rows: board.rows.map((row) => [row.model, ...names.map((name) => score(row, name))]),
  };
  const details = names.map((name): Table => {
    const metrics = metricColumns(board).filter(({ task }) => task === name);
    return {
      title: name,
      note: (tasks as Record<string, Task>)[name]?.title ?? "A task that this version of lep does not know.",
      header: ["model", "items", ...metrics.map(({ metric }) => metric)],
      rows: board.rows.flatMap((row) => {
        const result = row.tasks[name];
        if (result === undefined) return [];
        return [[row.model, result.items, ...metrics.map(({ metric }) => result.metrics[metric])]];
      }),
    };
  });
  return [overview, byTask, ...details];
}

const groupOf = (name: string): Group | null => (tasks as Record<string, Task>)[name]?.group ?? null;

function taskColumns(board: Leaderboard): string[] {
  return [...new Set(board.rows.flatMap((row) => Object.keys(row.tasks)))];
}

function metricColumns(board: Leaderboard): { task: string; metric: string }[] {
  return taskColumns(board).flatMap((task) => {
    const metrics = new Set(board.rows.flatMap((row) => Object.keys(row.tasks[task]?.metrics ?? {})));
    return [...metrics].map((metric) => ({ task, metric }));
  });
}

function shown(cell: Cell): string {
  if (cell === null || cell === undefined) return "–";
  if (typeof cell === "string") return cell.replaceAll("|", "\\|").replaceAll("\n", " ");
  return Number.isInteger(cell) ? String(cell) : cell.toFixed(3);
}
