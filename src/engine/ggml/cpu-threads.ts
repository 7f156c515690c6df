import { availableParallelism } from "node:os";

/**
 * Threads to compute with; 0 or undefined stands for all cores that this process may use. Never more than these: threads
 * that wait for one another by spinning, two on a core, are many times slower.
 */
export function cpuThreads(threads: number | undefined): number {
  const cores = availableParallelism();
  return threads === undefined || threads < 1 ? cores : Math.min(cores, Math.floor(threads));
}
