/** A training of ours whose child process writes down when it did what. */
import { readFileSync } from "node:fs";
import { type OurTraining, trainOurs } from "./ours.js";
import type { Times } from "./timed-worker.js";
import type { Workplace } from "./workplace.js";

const worker = new URL("timed-worker.js", import.meta.url);

export async function trainTimed(work: Workplace, training: OurTraining): Promise<Times & { seconds: number[] }> {
  const file = work.place("times.json");
  // The engine's child process has this one's environment.
  process.env.LEP_BENCH_TIMES = file;
  try {
    const { seconds } = await trainOurs(work, { ...training, worker });
    return { ...(JSON.parse(readFileSync(file, "utf8")) as Times), seconds };
  } finally {
    delete process.env.LEP_BENCH_TIMES;
  }
}
