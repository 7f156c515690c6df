/** The processes that read parquet files: a job at a time, started with the first one, kept for the next. */
import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { ParquetAnswer, ParquetFooter, ParquetJob } from "./parquet-child.js";

type Rows = Record<string, unknown>[];

/** By the megabytes of their heap. */
const processes = new Map<number, ChildProcess>();
/** The last job that was given; the next one waits for it. */
let last: Promise<unknown> = Promise.resolve();

/** What the footer of the file at `job.path` says. Throws `Error` where it cannot be read. */
export async function askFooter(job: ParquetJob, heap: number): Promise<ParquetFooter> {
  return (await inTurn(() => ask<{ footer: ParquetFooter }>(job, heap, (answer) => "footer" in answer))).footer;
}

/** The rows of one row group. Throws `Error` where they cannot be read, or not within `heap` megabytes. */
export function askRows(job: ParquetJob, heap: number): Promise<Rows> {
  const rows: Rows = [];
  return inTurn(async () => {
    await ask(job, heap, (answer) => {
      if (!("rows" in answer)) return false;
      for (const row of answer.rows) rows.push(row);
      return answer.done;
    });
    return rows;
  });
}

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = last.then(work);
  last = result.catch(() => {});
  return result;
}

/** Gives the answer of which `isLast` is true. */
function ask<T>(job: ParquetJob, heap: number, isLast: (answer: ParquetAnswer) => boolean): Promise<T> {
  return new Promise((resolve, reject) => {
    const child = processes.get(heap) ?? start(heap);
    const settle = (): void => {
      child.off("message", hear).off("exit", ended).off("error", reject);
      child.unref();
      child.channel?.unref();
    };
    const hear = (answer: ParquetAnswer): void => {
      if ("error" in answer) reject(new Error(answer.error));
      else if (isLast(answer)) resolve(answer as T);
      else return;
      settle();
    };
    const ended = (): void => {
      settle();
      reject(new Error(`it is damaged: reading it took more than ${heap} MB, or ended the process`));
    };
    child.on("message", hear).on("exit", ended).on("error", reject);
    // Who waits for an answer stays; a process without a job keeps nobody.
    child.ref();
    child.channel?.ref();
    child.send({ ...job, path: path.resolve(job.path) });
  });
}

function start(heap: number): ChildProcess {
  const script = fileURLToPath(new URL("./parquet-child.js", import.meta.url));
  const child = fork(script, {
    serialization: "advanced",
    execArgv: [`--max-old-space-size=${heap}`],
    // The current folder may vanish, and what the runtime says of its end helps nobody.
    cwd: path.dirname(script),
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  processes.set(heap, child);
  child.on("exit", () => processes.delete(heap));
  child.unref();
  return child;
}
