/** Whether a long training's memory stays as it is. */
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { median } from "../median.js";
import { type BenchmarkEntry, entry } from "../report-entry.js";
import { trainOurs } from "./ours.js";
import { describeShape, lasting } from "./shapes.js";
import type { Workplace } from "./workplace.js";

const steps = 5000;
const first = 500;
const limit = 0.02;
/** What the process holds goes up and down with its garbage: medians of so many steps are compared. */
const around = 100;

export async function steadyMemory(work: Workplace): Promise<BenchmarkEntry[]> {
  const name = "memory over 5,000 steps";
  let child: ChildProcess | undefined;
  const resident: number[] = [];
  await trainOurs(work, {
    ...{ shape: lasting, steps: steps - 1 },
    // Several steps' blocks, so that data is read and arrives in another order all the time.
    data: work.tokens(lasting.config, 64, lasting.length),
    onChild(process) {
      child = process;
    },
    onStep({ step }) {
      const now = residentBytes(child!);
      if (now !== null) resident[step] = now;
      if (step % 1000 === 0) process.stderr.write(`step ${step}: ${now === null ? "?" : Math.round(now / 1e6)} MB\n`);
    },
  });
  if (resident.length === 0) return [entry({ name, note: "the resident memory of a process is read from /proc" })];
  const [early, late] = [first, steps].map((step) => median(resident.slice(step - around, step + 1))!);
  return [
    entry({
      ...{ name, value: late! / early! - 1, unit: "growth", limit },
      note: `${describeShape(lasting)}; resident memory of the engine's process at step ${first} ${megabytes(early!)}, at step ${steps} ${megabytes(late!)} (medians of the ${around} steps before)`,
    }),
  ];
}

function residentBytes({ pid }: ChildProcess): number | null {
  try {
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? null : 1024 * Number(kilobytes);
  } catch {
    return null;
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
