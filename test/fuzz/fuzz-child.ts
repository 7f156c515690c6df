/** The process that reads: input after input, each in a fresh folder, and judges what came of it. */
import { openSync, readFileSync, writeSync } from "node:fs";
import path from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import {
  type FindingKind,
  type FuzzJob,
  findingsFile,
  finishedCode,
  type Tally,
  tallyBytes,
  tallyFile,
} from "./fuzz-job.js";
import type { FuzzReaders } from "./fuzz-reader.js";
import { mutatedInput } from "./mutate-input.js";
import { makeFresh, readInput } from "./read-input.js";
import type { WatchdogData } from "./watchdog.js";

const job = JSON.parse(readFileSync(process.argv[2]!, "utf8")) as FuzzJob;
const findings = openSync(path.join(job.work, findingsFile), "a");
const tallies = openSync(path.join(job.work, tallyFile), "w");
const state = new Int32Array(new SharedArrayBuffer(8));

let tally: Tally;
const report = (kind: FindingKind, fault: string): void => {
  writeSync(findings, `${JSON.stringify({ reader: tally.reader, index: tally.done, kind, fault })}\n`);
};
// A promise that nobody waits for; the inputs go on.
process.on("uncaughtException", (error) => report("uncaught", String(error?.stack ?? error).slice(0, 600)));
process.on("unhandledRejection", (error) => report("uncaught", String((error as Error)?.stack ?? error).slice(0, 600)));

const data: WatchdogData = {
  state: state.buffer as SharedArrayBuffer,
  readers: job.parts.map(({ reader }) => reader),
  findings,
  limits: job.limits,
};
const watchdog = new Worker(new URL("./watchdog.js", import.meta.url), { workerData: data });
watchdog.unref();
await new Promise((resolve) => watchdog.once("message", resolve));

const temporary = path.join(job.work, "tmp");
process.env.TMPDIR = temporary;
// Relative patterns find nothing here.
makeFresh(path.join(job.work, "cwd"));
process.chdir(path.join(job.work, "cwd"));
const { readers } = (await import(pathToFileURL(job.module).href)) as { readers: FuzzReaders };
const peakMb = (): number => process.resourceUsage().maxRSS / 1024;

for (const [i, { reader: name, inputs }] of job.parts.entries()) {
  const reader = readers[name];
  if (reader === undefined) throw new Error(`there is no reader ${name}`);
  const seedFolder = path.join(job.work, "seeds");
  makeFresh(seedFolder);
  makeFresh(temporary);
  const seeds = await reader.seeds(seedFolder);
  const from = i === 0 ? job.from : 0;
  tally = { reader: name, done: from, refused: 0, taken: 0, slowestMs: 0, slowestIndex: -1, peakMb: 0 };
  // A reader that cannot read what is valid would refuse everything, and nothing would be found.
  for (const seed of seeds) {
    const { outcome, faults } = await readInput(reader, seed, job.work);
    if (outcome !== "taken" || faults.length > 0)
      throw new Error(`${name}: a valid input is ${outcome}: ${faults.join("; ")}`);
  }
  state[1] = i;
  for (; tally.done < inputs; tally.done++) {
    // The peak is noted before: whoever is killed tells nothing afterwards.
    note(tally, i);
    const input = mutatedInput(seeds, name, job.seed, tally.done);
    const before = peakMb();
    state[0] = tally.done + 1;
    const start = performance.now();
    const { outcome, faults } = await readInput(reader, input, job.work);
    const milliseconds = performance.now() - start;
    // What nobody waited for is the fault of this input, not of the next one.
    await turn();
    state[0] = 0;
    for (const { kind, fault } of faults) report(kind, fault);
    if (outcome === "taken") tally.taken++;
    else if (outcome === "refused") tally.refused++;
    if (milliseconds > tally.slowestMs) {
      tally.slowestMs = milliseconds;
      tally.slowestIndex = tally.done;
    }
    tally.peakMb = peakMb();
    const grown = tally.peakMb - before;
    if (grown > job.limits.growthMb) report("memory", `${Math.round(grown / 50) * 50} MB more`);
  }
  note(tally, i);
}
process.exit(finishedCode);

function note(now: Tally, part: number): void {
  writeSync(tallies, `${JSON.stringify(now).padEnd(tallyBytes - 1)}\n`, part * tallyBytes);
}
