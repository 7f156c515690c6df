import type { Cell } from "../../report/html-page.js";
import type { ReportSection } from "../../report/run-report.js";
import type { Made } from "../run-context.js";

export function benchmarkSection({ benchmark }: Made): ReportSection | undefined {
  if (benchmark === undefined) return undefined;
  const models = Object.entries(benchmark.result);
  const metrics = new Map<string, [task: string, metric: string]>();
  for (const [, { tasks }] of models) {
    for (const [task, values] of Object.entries(tasks)) {
      for (const metric of Object.keys(values)) metrics.set(`${task} ${metric}`, [task, metric]);
    }
  }
  const columns = [...metrics.values()];
  const rows = models.map(([model, { tasks, standard_errors, bits_per_character, micro_partial }]): Cell[] => [
    model,
    micro_partial,
    bits_per_character,
    ...columns.map(([task, metric]) => withInterval(tasks[task]?.[metric], standard_errors[task]?.[metric])),
  ]);
  const header = ["model", "micro, partial", "bits per character", ...metrics.keys()];
  return {
    title: "Benchmark",
    note: "Micro average over the Darumeru datasets that were run. Task columns: dataset and metric, with half the width of a 95 % interval.",
    tables: [{ header, rows }],
  };
}

/** 1.96 standard errors on either side, where there is one. */
const withInterval = (value: number | undefined, error: number | undefined): Cell =>
  value === undefined || error === undefined ? value : `${value.toFixed(3)} ± ${(1.96 * error).toFixed(3)}`;
