import type { BenchmarkResult } from "../benchmark/benchmark-result.js";

/** What `lep eval` prints for people. */
export function resultLines({ tasks, failures, measures, overlap }: BenchmarkResult): string[] {
  const lines: string[] = [];
  for (const task of new Set([...Object.keys(tasks), ...Object.keys(failures)])) {
    const values = Object.entries(tasks[task] ?? {}).map(([metric, value]) => `${metric} ${value.toFixed(3)}`);
    const failed =
      failures[task] === undefined ? [] : [`${failures[task]} items without an answer, which do not count`];
    lines.push(`${task}: ${[...values, ...failed].join(", ")}`);
  }
  const measured = Object.entries(measures).map(
    ([name, value]) => `${name.replaceAll("_", " ")} ${value.toPrecision(4)}`,
  );
  if (measured.length > 0) lines.push(measured.join(", "));
  for (const [task, { items, overlapping }] of Object.entries(overlap)) {
    lines.push(`${task}: ${overlapping} of ${items} items stand in the training text`);
  }
  return lines;
}
