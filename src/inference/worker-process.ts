/** The inference process as the parent sees it: jobs go in, results come back, and whatever ends it becomes an error. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { EngineError } from "../errors.js";
import type { GenerateRequest, GenerateResult, OnToken, ScoreRequest } from "./language-model.js";
import type { WorkerCommand, WorkerReport } from "./worker-protocol.js";

type Opened = WorkerReport & { type: "opened" };
type JobCommand =
  | { type: "score"; requests: ScoreRequest[] }
  | { type: "generate"; requests: GenerateRequest[]; stream: boolean }
  | { type: "tokenize"; file: string; texts: string[] };
type OnResult = (index: number, result: number[][] | GenerateResult, seconds: number) => void;

interface Job {
  onResult: OnResult;
  onToken: OnToken | undefined;
  resolve(): void;
  reject(error: Error): void;
}

export interface WorkerProcess {
  open(command: WorkerCommand & { type: "open" }): Promise<Opened>;
  run(command: JobCommand, onResult: OnResult, onToken?: OnToken): Promise<void>;
  close(): Promise<void>;
}

/** What is kept of the end of llama.cpp's own words, in characters. */
const heard = 16_384;
/** How long an idle process may take to free its memory, in milliseconds. */
const patience = 2000;
const crashHint =
  "Out of memory, or a fault in llama.cpp: try a shorter context, fewer parallel answers, or device cpu.";

/** `file`: the model, for messages. */
export function startWorker(file: string): WorkerProcess {
  const child = fork(fileURLToPath(new URL("./inference-worker.js", import.meta.url)), {
    // Otherwise a failed assertion starts a debugger, where there is one.
    env: { ...process.env, GGML_NO_BACKTRACE: "1" },
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    execArgv: [],
  });
  const jobs = new Map<number, Job>();
  let opening: { resolve(report: Opened): void; reject(error: Error): void } | undefined;
  let failure: (WorkerReport & { type: "failed" }) | undefined;
  let lastJob = 0;
  let said = "";
  let gone = false;
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-heard);
  });

  /** An open model that nobody waits for does not keep the program running. */
  const holdWhileBusy = (): void => {
    const busy = jobs.size > 0 || opening !== undefined;
    for (const handle of [child, child.channel, child.stderr as unknown as typeof child.channel]) {
      if (busy) handle?.ref();
      else handle?.unref();
    }
  };
  const failAll = (error: Error): void => {
    opening?.reject(error);
    opening = undefined;
    for (const job of jobs.values()) job.reject(error);
    jobs.clear();
  };
  const failJob = (number: number, error: Error): void => {
    jobs.get(number)?.reject(error);
    jobs.delete(number);
    holdWhileBusy();
  };

  child.on("message", (message: WorkerReport) => {
    if (message.type === "opened") {
      opening?.resolve(message);
      opening = undefined;
      holdWhileBusy();
    } else if (message.type === "result") {
      try {
        jobs.get(message.job)?.onResult(message.index, message.result, message.seconds);
      } catch (error) {
        failJob(message.job, error as Error);
      }
    } else if (message.type === "token") {
      jobs.get(message.job)?.onToken?.(message.index, message.token);
    } else if (message.type === "done") {
      jobs.get(message.job)?.resolve();
      jobs.delete(message.job);
      holdWhileBusy();
    } else if (message.job === undefined) {
      // llama.cpp's own words arrive on stderr; they are whole when the process has ended.
      failure = message;
      child.kill("SIGKILL");
    } else {
      failJob(message.job, new EngineError(message.code, message.message, message));
    }
  });
  child.once("error", (cause) => {
    gone = true;
    failAll(new EngineError("inference.process", "the inference process cannot be started", { cause }));
  });
  child.once("close", (code, signal) => {
    gone = true;
    if (failure !== undefined) {
      failAll(new EngineError(failure.code, failure.message, { hint: explain(said, failure.hint) }));
      return;
    }
    const how = signal ?? `exit code ${code}`;
    const text = `${file}: the inference process ended (${how})`;
    failAll(new EngineError("inference.crashed", text, { hint: explain(said, crashHint) }));
  });
  const send = (command: WorkerCommand): void => {
    if (gone) throw new EngineError("inference.closed", `${file}: the model is not open any more`);
    // A process that is just ending is reported by its end, not by the failure to reach it.
    child.send(command, () => {});
  };

  return {
    open: (command) =>
      new Promise((resolve, reject) => {
        opening = { resolve, reject };
        send(command);
      }),
    run: (command, onResult, onToken) =>
      new Promise((resolve, reject) => {
        const job = ++lastJob;
        send({ ...command, job });
        jobs.set(job, { onResult, onToken, resolve, reject });
        holdWhileBusy();
      }),
    async close() {
      if (gone) return;
      const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
      const working = jobs.size > 0;
      failAll(new EngineError("inference.closed", `${file}: the model was closed while it was working`));
      child.ref();
      // Contexts cannot be freed in the middle of a decode.
      if (working) child.kill("SIGKILL");
      else send({ type: "close" });
      const timer = setTimeout(() => child.kill("SIGKILL"), patience);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** What llama.cpp said of the fault, in front of the advice: a failed assertion, else the first error. */
function explain(said: string, hint: string | undefined): string {
  const lines = said.split("\n").map((line) => line.trim());
  const fault =
    lines.find((line) => line.includes("GGML_ASSERT")) ?? lines.find((line) => /error|failed|invalid/i.test(line));
  return [fault === undefined ? "" : `llama.cpp: ${fault.slice(0, 300)}.`, hint ?? ""].filter(Boolean).join(" ");
}
