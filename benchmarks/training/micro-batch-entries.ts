/** Whether a token costs the same however many micro-batches a step gathers. */

import { median } from "../median.js";
import { type BenchmarkEntry, entry } from "../report-entry.js";
import { brief, describeShape } from "./shapes.js";
import { trainTimed } from "./train-timed.js";
import type { Workplace } from "./workplace.js";

const counts = [1, 4, 16, 64];
/** Micro-batches that are timed in a run, whatever the size of a step. */
const timed = 64;
const limits = { step: 1.05, gradients: 1.1 };

interface Cost {
  /** Seconds a token of whole steps, and of the gradients alone, one a run. */
  step: number[];
  gradients: number[];
}

export async function costByMicroBatches(work: Workplace): Promise<BenchmarkEntry[]> {
  const costs = new Map(counts.map((count): [number, Cost] => [count, { step: [], gradients: [] }]));
  for (let run = 1; run <= work.runs; run++) {
    for (const [count, { step, gradients }] of costs) {
      const options = { blocks_per_step: count, micro_batch: 1 };
      const times = await trainTimed(work, { shape: brief, options, steps: Math.max(1, timed / count) });
      const spans = times.gradients.slice(1).map(([from, to]) => (to - from) / 1000);
      const tokens = count * brief.length;
      step.push(median(times.seconds)! / tokens);
      gradients.push(median(spans)! / tokens);
      process.stderr.write(
        `run ${run} of ${work.runs}, ${count} micro-batches: ${microseconds(step.at(-1)!)} a token\n`,
      );
    }
  }
  const medians = (part: keyof Cost): number[] => [...costs.values()].map((cost) => median(cost[part])!);
  const note = (part: keyof Cost): string =>
    `${describeShape(brief)}, micro-batches of one block; ${counts.map((n, i) => `${n}: ${microseconds(medians(part)[i]!)}`).join(", ")} a token`;
  const [steps, gradients] = [medians("step"), medians("gradients")];
  return [
    entry({
      name: "cost per token by accumulated micro-batches, 64 against 1",
      ...{ value: steps.at(-1)! / steps[0]!, unit: "ratio", limit: limits.step, runs: work.runs },
      note: `${note("step")}; whole steps, so that more tokens share one update`,
    }),
    entry({
      name: "cost per token by accumulated micro-batches, gradients, highest of 4 to 64 against lowest",
      ...{
        value: Math.max(...gradients.slice(1)) / Math.min(...gradients.slice(1)),
        unit: "ratio",
        limit: limits.gradients,
        runs: work.runs,
      },
      note: `${note("gradients")}; without norm and update; a single one is written where others are added`,
    }),
  ];
}

const microseconds = (seconds: number): string => `${(1e6 * seconds).toFixed(1)} µs`;
