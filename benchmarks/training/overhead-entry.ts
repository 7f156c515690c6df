/** What a step costs outside ggml: reading data, calls into the library, uploads, JavaScript, reports to the parent. */

import { median } from "../median.js";
import { type BenchmarkEntry, entry } from "../report-entry.js";
import { brief, describeShape } from "./shapes.js";
import { trainTimed } from "./train-timed.js";
import type { Workplace } from "./workplace.js";

const limit = 0.03;
const steps = 40;

export async function overhead(work: Workplace): Promise<BenchmarkEntry[]> {
  const shares: number[] = [];
  const lengths: number[] = [];
  let answers = 0;
  for (let run = 1; run <= work.runs; run++) {
    const { gradients, computing, answer } = await trainTimed(work, { shape: brief, steps });
    const begins = gradients.map(([from]) => from);
    const lost = begins.slice(1, -1).map((from, i) => {
      const to = begins[i + 2]!;
      const inside = computing.filter(([start]) => start >= from && start < to);
      // An answer's way back is not ggml's work.
      const computed = inside.reduce((sum, [start, end]) => sum + end - start - answer, 0);
      lengths.push(to - from);
      return (to - from - computed) / (to - from);
    });
    shares.push(median(lost)!);
    answers += answer / work.runs;
    process.stderr.write(`run ${run} of ${work.runs}: ${(100 * shares.at(-1)!).toFixed(2)} %\n`);
  }
  return [
    entry({
      ...{
        name: "overhead outside ggml compute",
        value: median(shares),
        unit: "share of a step",
        limit,
        runs: work.runs,
      },
      ours_s: median(lengths)! / 1000,
      note: [
        describeShape(brief),
        `from a step's begin to the next one's in the engine's process, ${work.threads} threads`,
        `three calls of ggml a step, each ${(1000 * answers).toFixed(0)} µs longer than a plain call, which count as overhead`,
      ].join("; "),
    }),
  ];
}
