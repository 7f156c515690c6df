/** The columns of the leaderboard's tables, for Markdown and HTML. */
import { groupDatasets } from "../groups.js";
import { tasks as taskRegistry } from "../registry.js";
import type { Interval } from "../statistics/bootstrap.js";
import type { Group, Task } from "../task.js";
import type { Leaderboard, LeaderboardRow } from "./board.js";

export interface BoardColumn {
  name: string;
  /** What it says, a sentence. */
  title: string;
  /** Null where it is not known. */
  value(row: LeaderboardRow): number | null;
  interval?(row: LeaderboardRow): Interval | null;
  /** Decimals; `percent` shows a share so. */
  digits: number | "percent";
}

export const groups = Object.keys(groupDatasets) as Group[];

export function overviewColumns({ rows }: Leaderboard): BoardColumn[] {
  const whole = rows.every(({ micro }) => micro !== null);
  return [
    {
      name: "micro",
      title: "Mean over Darumeru's 17 data sets, known when all are there",
      value: ({ micro }) => micro,
      interval: ({ micro, spread }) => (micro === null ? null : (spread?.interval ?? null)),
      digits: 3,
    },
    ...(whole ? [] : partialColumns),
    ...groups.map(
      (group): BoardColumn => ({
        name: group,
        title: `Mean of ${groupDatasets[group].join(", ")}`,
        value: ({ groups: means }) => means[group],
        interval: ({ group_spreads }) => group_spreads[group]?.interval ?? null,
        digits: 3,
      }),
    ),
    {
      name: "failures",
      title: "Items without an answer; they count in no score",
      value: ({ failures, published }) => (published ? null : failures),
      digits: 0,
    },
    {
      name: "overlap",
      title: "Items that share a run of words with the training text, of those looked at",
      value: ({ overlap }) => (overlap === null || overlap.items === 0 ? null : overlap.overlapping / overlap.items),
      digits: "percent",
    },
    ...measureColumns(rows),
  ];
}

const partialColumns: BoardColumn[] = [
  {
    name: "partial",
    title: "Mean over those of the 17 data sets that are there: rows with others are not comparable",
    value: ({ micro_partial }) => micro_partial,
    interval: ({ micro, spread }) => (micro === null ? (spread?.interval ?? null) : null),
    digits: 3,
  },
  { name: "datasets", title: "How many of the 17 data sets are there", value: ({ datasets }) => datasets, digits: 0 },
];

const measures: Record<string, [name: string, title: string, digits: number]> = {
  symbols_per_token: ["symbols/token", "Characters of text in a token: the more, the less there is to compute", 2],
  characters_per_second: ["characters/s", "Characters generated a second", 1],
  tokens_per_second: ["tokens/s", "Tokens generated a second", 1],
  perplexity: ["perplexity", "Of held-out text; comparable between models of one vocabulary only", 2],
  bits_per_character: ["bits/character", "Of held-out text; comparable between vocabularies", 3],
};

/** Those that a row has. */
function measureColumns(rows: readonly LeaderboardRow[]): BoardColumn[] {
  const there = new Set(rows.flatMap((row) => Object.keys(row.measures)));
  const known = Object.keys(measures).filter((key) => there.has(key));
  const others = [...there].filter((key) => measures[key] === undefined).sort();
  return [...known, ...others].map((key): BoardColumn => {
    const [name, title, digits] = measures[key] ?? [key, key, 3];
    return { name, title, value: (row) => row.measures[key] ?? null, digits };
  });
}

/** A column a task that any row has. */
export function taskColumns(board: Leaderboard): BoardColumn[] {
  return taskNamesOf(board).map(
    (name): BoardColumn => ({
      name: groupOf(name) === null ? `(${name})` : name,
      title: `${titleOf(name)} Metric: ${metricOf(board, name)}`,
      value: ({ tasks }) => tasks[name]?.score ?? null,
      interval: ({ tasks }) => tasks[name]?.interval ?? null,
      digits: 3,
    }),
  );
}

export const taskNamesOf = ({ rows }: Leaderboard): string[] => [
  ...new Set(rows.flatMap((row) => Object.keys(row.tasks))),
];

const groupOf = (name: string): Group | null => (taskRegistry as Record<string, Task>)[name]?.group ?? null;

export function titleOf(name: string): string {
  const title = (taskRegistry as Record<string, Task>)[name]?.title;
  return title === undefined ? "A task that this version of lep does not know." : `${title}.`;
}

function metricOf({ rows }: Leaderboard, name: string): string {
  return rows.find(({ tasks }) => tasks[name] !== undefined)!.tasks[name]!.metric;
}

/** Pairs of a task and one of its metrics, in their order. */
export function metricColumns(board: Leaderboard): { task: string; metric: string }[] {
  return taskNamesOf(board).flatMap((task) => {
    const metrics = new Set(board.rows.flatMap((row) => Object.keys(row.tasks[task]?.metrics ?? {})));
    return [...metrics].map((metric) => ({ task, metric }));
  });
}

/** Tasks that rows have scored on different items: their scores are not comparable. */
export function tasksOnOtherItems(board: Leaderboard): string[] {
  return taskNamesOf(board).filter((name) => {
    const items = board.rows.flatMap(({ tasks }) => tasks[name]?.items_sha256 ?? []);
    return new Set(items).size > 1;
  });
}

/** Measures of texts that are not the same in all rows: not comparable either. */
export function measuresOfOtherTexts({ rows }: Leaderboard): string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.measured_on)))];
  return names.filter((name) => new Set(rows.flatMap((row) => row.measured_on[name] ?? [])).size > 1);
}

export function shownNumber(value: number | null, digits: BoardColumn["digits"]): string {
  if (value === null) return "–";
  if (digits === "percent") return `${(100 * value).toFixed(1)} %`;
  return digits === 0 ? value.toLocaleString("en-US") : value.toFixed(digits);
}

export const shownInterval = ([low, high]: Interval, digits: number): string =>
  `${low.toFixed(digits)}–${high.toFixed(digits)}`;
