/** What a stage takes: time, the most memory that lep and its processes held together, and energy where a counter measures it. */
import { readdirSync, readFileSync } from "node:fs";
import { readEnergy } from "./energy-counter.js";

export interface StageCost {
  seconds: number;
  /** MiB of resident memory, looked at five times a second. Where the system does not show a process's children (Linux does), lep's own only. */
  peakMb: number;
  /** Joules of the whole processor, whatever else ran on it; null where no counter can be read. */
  energyJoules: number | null;
}

const interval = 200;

/** Runs `work` and says what it took. */
export async function withCost<Result>(work: () => Promise<Result>): Promise<{ result: Result; cost: StageCost }> {
  const started = performance.now();
  const energy = readEnergy();
  let peak = 0;
  const look = (): void => {
    peak = Math.max(peak, treeMemory(process.pid) ?? process.memoryUsage.rss());
  };
  look();
  const timer = setInterval(look, interval);
  try {
    const result = await work();
    look();
    const seconds = rounded((performance.now() - started) / 1000, 3);
    return { result, cost: { seconds, peakMb: rounded(peak / 2 ** 20, 1), energyJoules: energy?.since() ?? null } };
  } finally {
    clearInterval(timer);
  }
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

/** Bytes of a process and all below it; undefined where the system has no such files, or the process has ended. */
function treeMemory(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const own = 1024 * Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1] ?? 0);
    const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number),
    );
    return children.reduce((sum, child) => sum + (treeMemory(child) ?? 0), own);
  } catch {
    return undefined;
  }
}
