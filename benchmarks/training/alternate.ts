/** Sides that take turns, each run in a process of its own, and what is made of their runs. */
import { median } from "../median.js";
import { type BenchmarkEntry, entry } from "../report-entry.js";

/** What one process of a side measured. */
export interface Run {
  /** Wall time of each step after the first, seconds. */
  seconds: number[];
  peak_mb: number;
}

export interface Side {
  name: string;
  run(): Promise<Run>;
}

/** What became of a side: its runs, and the fault that ended them. */
export interface Outcome {
  runs: Run[];
  fault: string | null;
}

/** Each side `runs` times. A side that fails takes no further turns. */
export async function alternate(sides: Record<string, Side>, runs: number): Promise<Record<string, Outcome>> {
  const outcomes: Record<string, Outcome> = {};
  for (let i = 1; i <= runs; i++) {
    for (const [key, side] of Object.entries(sides)) {
      outcomes[key] ??= { runs: [], fault: null };
      const outcome = outcomes[key];
      if (outcome.fault !== null) continue;
      try {
        const run = await side.run();
        outcome.runs.push(run);
        const times = run.seconds.map((seconds) => seconds.toFixed(3)).join(" ");
        process.stderr.write(`run ${i} of ${runs}, ${side.name}: ${times} s, ${Math.round(run.peak_mb)} MB\n`);
      } catch (cause) {
        outcome.fault = `${side.name}: ${(cause as Error).message}`;
        process.stderr.write(`${outcome.fault}\n`);
      }
    }
  }
  return outcomes;
}

type Rest = Partial<BenchmarkEntry> & { name: string; note: string };

/** Medians of both sides beside one another; `theirs` null where there is no peer. */
export function compare(ours: Outcome, theirs: Outcome | null, { note, ...rest }: Rest): BenchmarkEntry {
  const ours_s = medianStep(ours.runs);
  const peer_s = medianStep(theirs?.runs ?? []);
  const faults = [ours.fault, theirs?.fault].filter((fault) => typeof fault === "string");
  return entry({
    ...{ ours_s, peer_s, runs: ours.runs.length },
    ratio: ours_s !== null && peer_s !== null ? ours_s / peer_s : null,
    ours_peak_mb: medianPeak(ours.runs),
    peer_peak_mb: medianPeak(theirs?.runs ?? []),
    note: [note, ...faults].join("; "),
    ...rest,
  });
}

/** Median over the runs of each run's median step. */
export const medianStep = (runs: Run[]): number | null => median(runs.map(({ seconds }) => median(seconds)!));

export const medianPeak = (runs: Run[]): number | null => median(runs.map(({ peak_mb }) => peak_mb));
