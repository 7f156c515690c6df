/** The two sides of a comparison, each run in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What one run of a side took. */
export interface Run {
  seconds: number;
  /** Null where the machine does not tell. */
  peak_mb: number | null;
}

export interface Side {
  name: string;
  run(): Promise<Run>;
}

/** What a script of this folder prints on stdout when it is done, as JSON; its own measure of the work. */
export async function runScript<Result extends Run>(script: string, args: readonly string[]): Promise<Result> {
  const file = fileURLToPath(new URL(`./${script}.js`, import.meta.url));
  const child = spawn(process.execPath, [file, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let answer = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    answer += text;
  });
  await ended(child, script);
  return JSON.parse(answer) as Result;
}

/** Prints what a script of this folder has to tell; its peak memory is that of the whole process, workers included. */
export function tellRun(seconds: number, more: object = {}): void {
  const peak_mb = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(`${JSON.stringify({ seconds, peak_mb, ...more })}\n`);
}

/** Wall time of a program from start to end. */
export async function runProgram(program: string, args: readonly string[]): Promise<Run> {
  const start = performance.now();
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  let peak_mb: number | null = null;
  const look = setInterval(() => {
    peak_mb = highWaterMark(child) ?? peak_mb;
  }, 20);
  try {
    await ended(child, program);
  } finally {
    clearInterval(look);
  }
  return { seconds: (performance.now() - start) / 1000, peak_mb };
}

/** The kernel's own maximum so far, so that looking often enough before the end is all that it takes. */
function highWaterMark({ pid }: ChildProcess): number | null {
  try {
    const kilobytes = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}

function ended(child: ChildProcess, name: string): Promise<void> {
  let complaints = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    complaints = (complaints + text).slice(-4000);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${name} ended with ${code ?? signal}: ${faultIn(complaints)}`));
    });
  });
}

/** The message of an uncaught error stands above its stack; other programs say it last. */
const faultIn = (complaints: string): string =>
  /^(?:[A-Z]\w*)?Error: (.*)$/m.exec(complaints)?.[1] ?? complaints.trim().split("\n").at(-1) ?? "";
