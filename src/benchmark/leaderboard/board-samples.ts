/** Stored samples of a task, as statistics and pages need them. */
import type { Database } from "better-sqlite3";
import type { JudgedSample } from "../task.js";

export interface BoardSample extends JudgedSample {
  item_id: string;
  /** Why there is no answer; then there are no metrics. */
  failure: string | null;
}

interface SampleRow {
  item_id: string;
  metrics: string;
  meta: string;
  failure: string | null;
  seconds: number;
}

/** In the order of the items; without their texts, which are most of a database. */
export function boardSamples(database: Database): (run: number, task: string) => BoardSample[] {
  const select = database.prepare(
    "SELECT item_id, metrics, meta, failure, seconds FROM sample WHERE run_id = ? AND task = ?",
  );
  return (run, task) => {
    const rows = (select.all(run, task) as SampleRow[]).map(
      ({ metrics, meta, ...row }): BoardSample => ({
        ...row,
        metrics: JSON.parse(metrics) as Record<string, number>,
        meta: JSON.parse(meta) as Record<string, unknown>,
      }),
    );
    return rows.sort((a, b) => byItem(a.item_id, b.item_id));
  };
}

/** Ids are places in a file; others come behind, by their text. */
export function byItem(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)];
  if (Number.isFinite(x) && Number.isFinite(y)) return x - y;
  return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || (a < b ? -1 : 1);
}

/** What a sample scores in a task: the metric that stands for the task; where that is no mean over items, what it is made from. */
export function sampleScore({ metrics }: Pick<BoardSample, "metrics">, metric: string): number | null {
  const { accuracy, points, most_points } = metrics;
  if (metrics[metric] !== undefined) return metrics[metric];
  if (points !== undefined && most_points !== undefined && most_points > 0) return points / most_points;
  return accuracy ?? Object.values(metrics)[0] ?? null;
}
