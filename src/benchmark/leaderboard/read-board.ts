/** The leaderboard of a results database: a row a model, with the newest score of every task. */
import type { Database } from "better-sqlite3";
import { BenchmarkError } from "../../errors.js";
import type { Progress } from "../../progress.js";
import type { BootstrapOptions } from "../statistics/bootstrap.js";
import type { Leaderboard, LeaderboardRow, Overlap } from "./board.js";
import { boardRow, type Measure, type RowSources } from "./board-row.js";
import { boardRuns } from "./board-runs.js";
import { boardSamples } from "./board-samples.js";
import { publishedRows } from "./published-rows.js";
import { rowNames } from "./row-names.js";
import { type ChosenItems, chooseItems, samplesPerTask } from "./sample-blocks.js";

export interface BoardWithSamples extends Leaderboard {
  /** Of each row by its name, the samples that a page carries; published rows have none. */
  chosen: Map<string, ChosenItems[]>;
  /** How many samples the rows have. */
  stored: number;
}

export interface BoardOptions extends BootstrapOptions {
  published: boolean;
  /** Of each task and model on the page; undefined: as many as a page can carry. */
  samples?: number | undefined;
}

/** Rows in the order of the micro average as far as it is known. `file`: for messages. Throws `BenchmarkError` where there is no score. */
export function readBoard(
  database: Database,
  file: string,
  { published, samples, ...options }: BoardOptions,
  progress?: Progress,
): BoardWithSamples {
  const rowRuns = boardRuns(database);
  if (rowRuns.length === 0) {
    throw new BenchmarkError("benchmark.no_scores", `${file} holds no finished scores`, {
      hint: "lep eval makes them.",
    });
  }
  const sources = rowSources(database);
  const names = rowNames(rowRuns);
  const pairs = rowRuns.reduce((sum, { tasks }) => sum + tasks.size, 0);
  const perTask = samples ?? samplesPerTask(pairs);
  const chosen = new Map<string, ChosenItems[]>();
  let stored = 0;
  const rows = rowRuns.map((runs, i) => {
    const items: ChosenItems[] = [];
    chosen.set(names[i]!, items);
    const watched: RowSources = {
      ...sources,
      samples: (run, task) => {
        const all = sources.samples(run, task);
        stored += all.length;
        items.push({ run, task, items: chooseItems(all, perTask) });
        return all;
      },
    };
    const row = boardRow(names[i]!, runs, watched, options);
    progress?.({ task: "resampling", done: i + 1, total: rowRuns.length, unit: "models" });
    return row;
  });
  return {
    rows: inOrder([...rows, ...(published ? publishedRows() : [])]),
    intervals: { method: "percentile bootstrap", level: 0.95, ...options },
    chosen,
    stored,
  };
}

function inOrder(rows: LeaderboardRow[]): LeaderboardRow[] {
  const rank = ({ micro, micro_partial }: LeaderboardRow): number => micro ?? micro_partial ?? -1;
  return rows.sort((a, b) => rank(b) - rank(a) || (a.model < b.model ? -1 : 1));
}

function rowSources(database: Database): RowSources {
  const overlap = database.prepare("SELECT items, overlapping, words FROM overlap WHERE run_id = ? AND task = ?");
  const measures = database.prepare("SELECT name, value, text_sha256 FROM measure WHERE run_id = ? ORDER BY name");
  return {
    samples: boardSamples(database),
    overlap: (run, task) => overlap.get(run, task) as Overlap | undefined,
    measures: (run) => measures.all(run) as Measure[],
  };
}
