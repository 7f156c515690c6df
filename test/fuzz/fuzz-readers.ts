/** Runs readers over mutated inputs in a child process, starts it again behind an input that ended it, and gathers what was found. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  defaultLimits,
  type Finding,
  type FuzzJob,
  type FuzzLimits,
  findingsFile,
  finishedCode,
  type Tally,
  tallyFile,
} from "./fuzz-job.js";
import type { FuzzReaders } from "./fuzz-reader.js";
import { mutatedInput } from "./mutate-input.js";
import { writeInput } from "./read-input.js";

export interface FuzzOptions {
  /** Module that exports `readers`. */
  module: string;
  parts: FuzzJob["parts"];
  seed: number;
  limits?: Partial<FuzzLimits>;
  /** Where failing inputs are kept; nowhere by default. */
  keep?: string;
}

export interface ReaderReport {
  reader: string;
  inputs: number;
  refused: number;
  taken: number;
  slowest_ms: number;
  slowest_input: number;
  peak_mb: number;
  /** Inputs with a fault. */
  findings: number;
  /** One of each kind and cause, with how many there were. */
  causes: { kind: string; fault: string; inputs: number; first: number; kept?: string }[];
}

/** Findings that end the process cost a start each: a reader with as many is given up. */
const mostCrashes = 12;

export async function fuzzReaders({ module, parts, seed, limits, keep }: FuzzOptions): Promise<ReaderReport[]> {
  const work = mkdtempSync(path.join(tmpdir(), "lep-fuzz-"));
  try {
    const reports = new Map(parts.map(({ reader }) => [reader, emptyReport(reader)]));
    const findings: Finding[] = [];
    let rest = parts;
    let from = 0;
    let crashes = 0;
    while (rest.length > 0) {
      const job: FuzzJob = { module, parts: rest, from, seed, work, limits: { ...defaultLimits, ...limits } };
      const { code, stderr, tallies, found } = await runChild(job);
      for (const tally of tallies)
        addTally(reports.get(tally.reader)!, tally, tally.reader === rest[0]!.reader ? from : 0);
      findings.push(...found);
      if (code === String(finishedCode)) break;
      const last = tallies.at(-1);
      // It never came to an input: that is a fault of the harness or of a valid input.
      if (last === undefined) throw new Error(`the fuzzing process ended with ${code}: ${stderr}`);
      const { reader, done: index } = last;
      if (!found.some((finding) => finding.reader === reader && finding.index === index && fatal.has(finding.kind))) {
        findings.push(crash(reader, index, code, stderr));
      }
      rest = rest.slice(rest.findIndex((part) => part.reader === reader));
      from = index + 1;
      reports.get(reader)!.inputs++;
      if (++crashes >= mostCrashes || from >= rest[0]!.inputs) {
        rest = rest.slice(1);
        from = 0;
        crashes = 0;
      }
    }
    for (const report of reports.values()) addFindings(report, findings);
    if (keep !== undefined) await keepInputs([...reports.values()], { module, seed, keep });
    return [...reports.values()];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const fatal = new Set(["hang", "memory"]);

const emptyReport = (reader: string): ReaderReport => ({
  reader,
  ...{ inputs: 0, refused: 0, taken: 0, slowest_ms: 0, slowest_input: -1, peak_mb: 0, findings: 0, causes: [] },
});

interface ChildEnd {
  /** Exit code or signal. */
  code: string;
  stderr: string;
  tallies: Tally[];
  found: Finding[];
}

async function runChild(job: FuzzJob): Promise<ChildEnd> {
  const file = path.join(job.work, "job.json");
  for (const name of [tallyFile, findingsFile]) rmSync(path.join(job.work, name), { force: true });
  mkdirSync(path.join(job.work, "tmp"), { recursive: true });
  writeFileSync(file, JSON.stringify(job));
  const script = fileURLToPath(new URL("./fuzz-child.js", import.meta.url));
  const child = spawn(process.execPath, [`--max-old-space-size=${job.limits.heapMb}`, script, file], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  let stderr = "";
  child.stderr.on("data", (text: Buffer) => {
    stderr = (stderr + text.toString()).slice(-4000);
  });
  const code = await new Promise<string>((resolve) =>
    child.on("close", (exit, signal) => resolve(String(signal ?? exit))),
  );
  return { code, stderr, tallies: readLines<Tally>(job, tallyFile), found: readLines<Finding>(job, findingsFile) };
}

function readLines<T>({ work }: FuzzJob, name: string): T[] {
  const file = path.join(work, name);
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as T);
}

function crash(reader: string, index: number, code: string, stderr: string): Finding {
  if (/heap out of memory|Invalid array length.*FATAL/.test(stderr))
    return { reader, index, kind: "memory", fault: "V8's heap is full" };
  const said =
    stderr.split("\n").find((line) => /panic|error|assert|fatal/i.test(line)) ?? stderr.trim().split("\n")[0];
  return {
    reader,
    index,
    kind: "crash",
    fault: `ended with ${code}: ${(said ?? "").replace(/\d+/g, "#").slice(0, 200)}`,
  };
}

function addTally(report: ReaderReport, tally: Tally, from: number): void {
  report.inputs += tally.done - from;
  report.refused += tally.refused;
  report.taken += tally.taken;
  if (tally.slowestMs > report.slowest_ms) {
    report.slowest_ms = Math.round(tally.slowestMs * 10) / 10;
    report.slowest_input = tally.slowestIndex;
  }
  report.peak_mb = Math.max(report.peak_mb, Math.round(tally.peakMb));
}

function addFindings(report: ReaderReport, findings: readonly Finding[]): void {
  const own = findings.filter(({ reader }) => reader === report.reader);
  report.findings = new Set(own.map(({ index }) => index)).size;
  for (const { kind, fault, index } of own) {
    const known = report.causes.find((cause) => cause.kind === kind && cause.fault === fault);
    if (known === undefined) report.causes.push({ kind, fault, inputs: 1, first: index });
    else known.inputs++;
  }
}

/** The first input of each cause, to be read again by hand. */
async function keepInputs(
  reports: readonly ReaderReport[],
  { module, seed, keep }: Required<Pick<FuzzOptions, "module" | "seed" | "keep">>,
): Promise<void> {
  if (reports.every(({ causes }) => causes.length === 0)) return;
  const { readers } = (await import(pathToFileURL(module).href)) as { readers: FuzzReaders };
  for (const { reader, causes } of reports) {
    if (causes.length === 0) continue;
    const scratch = mkdtempSync(path.join(tmpdir(), "lep-fuzz-seeds-"));
    const seeds = await readers[reader]!.seeds(scratch);
    rmSync(scratch, { recursive: true, force: true });
    for (const cause of causes) {
      const folder = path.join(keep, `${reader}-${seed}-${cause.first}`);
      writeInput(mutatedInput(seeds, reader, seed, cause.first), path.join(folder, "input"));
      writeFileSync(path.join(folder, "fault.txt"), `${cause.kind}: ${cause.fault}\n`);
      cause.kept = folder;
    }
  }
}
