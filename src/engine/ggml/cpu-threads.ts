import { availableParallelism } from "node:os";

/** Threads to compute with; 0 or undefined stands for all cores that this process may use. */
export function cpuThreads(threads: number | undefined): number {
  return threads === undefined || threads < 1 ? availableParallelism() : Math.floor(threads);
}
