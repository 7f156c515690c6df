import { type Averages, averages } from "./groups.js";
import { tasks } from "./registry.js";
import type { Overlap, Store } from "./store.js";
import type { Task } from "./task.js";

export interface BenchmarkResult extends Averages {
  /** Task → metric → value. */
  tasks: Record<string, Record<string, number>>;
  /** Task → metric → standard error, where there is one. */
  standard_errors: Record<string, Record<string, number>>;
  /** Task → items that count. */
  items: Record<string, number>;
  /** Task → items without an answer, where there are any. */
  failures: Record<string, number>;
  /** Symbols per token, characters and tokens a second; perplexity and bits per character where a text was measured. */
  measures: Record<string, number>;
  /** Task → items that stand in the training text, where that is known. */
  overlap: Record<string, Pick<Overlap, "items" | "overlapping">>;
}

/** Of a model that no task was asked of. */
export const noResult = (): BenchmarkResult => ({
  ...averages({}),
  ...{ tasks: {}, standard_errors: {}, items: {}, failures: {}, measures: {}, overlap: {} },
});

/** What the database has of a run. */
export function benchmarkResult(store: Pick<Store, "scores" | "failures" | "measures" | "overlap">, run: number) {
  const result = noResult();
  const headline: Record<string, number> = {};
  for (const { task, metric, value, standard_error, items } of store.scores(run)) {
    result.tasks[task] = { ...result.tasks[task], [metric]: value };
    if (standard_error !== null) {
      result.standard_errors[task] = { ...result.standard_errors[task], [metric]: standard_error };
    }
    result.items[task] = items;
    if ((tasks as Record<string, Task>)[task]?.metric === metric) headline[task] = value;
  }
  for (const { task } of store.failures(run)) result.failures[task] = (result.failures[task] ?? 0) + 1;
  for (const { name, value } of store.measures(run)) result.measures[name] = value;
  for (const { task, items, overlapping } of store.overlap(run)) result.overlap[task] = { items, overlapping };
  return { ...result, ...averages(headline) };
}
