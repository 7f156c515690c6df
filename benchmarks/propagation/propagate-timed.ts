/** A whole propagation in a process of its own. Argument: JSON of `PropagationOptions`. Prints a `PropagateRun`. */
import { existsSync, readFileSync } from "node:fs";
import { peakMemory } from "../../src/engine/peak-memory.js";
import { type PropagationOptions, propagate } from "../../src/propagation/propagate.js";

export interface PropagateRun {
  seconds: number;
  peak_mb: number;
  /** Bytes that read and write calls moved; null where the system does not count them. */
  read: number | null;
  written: number | null;
}

const options = JSON.parse(process.argv[2]!) as PropagationOptions;
const from = performance.now();
await propagate(options);
const seconds = (performance.now() - from) / 1000;
const counts = existsSync("/proc/self/io") ? readFileSync("/proc/self/io", "utf8") : "";
const count = (key: string): number | null => {
  const found = new RegExp(`^${key}: (\\d+)`, "m").exec(counts);
  return found === null ? null : Number(found[1]);
};
const run: PropagateRun = { seconds, peak_mb: peakMemory(), read: count("rchar"), written: count("wchar") };
process.stdout.write(`${JSON.stringify(run)}\n`);
