/**
 * An engine as seen from outside. Every job runs in a child process of its own: a failed assertion inside
 * ggml ends a process and cannot be caught, so here it ends the child and becomes an `EngineError`.
 */
import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import * as errors from "../errors.js";
import { EngineError, type LepError } from "../errors.js";
import type { Engine, EnginePlanning } from "./engine.js";
import type { Failure, FromWorker, JobKind, Jobs, ToWorker } from "./messages.js";

/** The engine whose child process is the module `worker` (see serve-jobs.ts). */
export function engineInChild(worker: URL): Engine & EnginePlanning {
  return {
    train: (job, onStep, signal, onWarning) =>
      runJob(worker, "train", job, onStep, signal, onWarning === undefined ? {} : { onWarning }),
    evaluate: (job, onBlock, signal) => runJob(worker, "evaluate", job, ({ done, of }) => onBlock?.(done, of), signal),
    examine: (device) => runJob(worker, "examine", { device }),
    measureSpeed: (job) => runJob(worker, "speed", job),
    estimateMemory: (job) => runJob(worker, "memory", job),
  };
}

export interface ProcessOptions {
  /** Sees the child before it gets its job; tests use it to end it. */
  onChild?: (child: ChildProcess) => void;
  /** Gets what the user should know, as it happens. */
  onWarning?: (text: string) => void;
}

export function runJob<K extends JobKind>(
  worker: URL,
  kind: K,
  job: Jobs[K]["job"],
  onProgress?: (progress: Jobs[K]["progress"]) => void,
  signal?: AbortSignal,
  options: ProcessOptions = {},
): Promise<Jobs[K]["result"]> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new EngineError("engine.interrupted", "stopped before it began"));
      return;
    }
    const child = fork(fileURLToPath(worker), [], {
      // Steps make little garbage: with the default, what V8 keeps for it grows by 17 MB in the first thousands of them.
      execArgv: ["--expose-gc", "--max-semi-space-size=1"],
      // Otherwise a failed assertion starts a debugger, where there is one.
      env: { ...process.env, GGML_NO_BACKTRACE: "1", UV_THREADPOOL_SIZE: String(availableParallelism() + 4) },
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    options.onChild?.(child);
    let complaints = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      complaints = (complaints + text).slice(-keptComplaints);
    });
    const interrupt = (): void => {
      if (child.connected) child.send({ kind: "interrupt" } satisfies ToWorker);
    };
    signal?.addEventListener("abort", interrupt);
    let outcome: (() => void) | undefined;
    child.on("message", (message: FromWorker) => {
      if (message.kind === "progress" || message.kind === "warning") {
        try {
          if (message.kind === "warning") options.onWarning?.(message.text);
          else onProgress?.(message.progress as Jobs[K]["progress"]);
        } catch (error) {
          // The caller's own failure, for example a full disk under its log: it is the job's, not an uncaught one.
          outcome ??= () => reject(error);
          child.kill("SIGKILL");
        }
        return;
      }
      outcome = () => {
        if (message.kind === "result") resolve(message.result as Jobs[K]["result"]);
        else reject(toError(message.failure));
      };
      // Its work is done, and an exit in order would only take longer.
      child.kill("SIGKILL");
    });
    child.on("error", (cause) => {
      outcome ??= () => reject(new EngineError("engine.start", "the engine's process cannot be started", { cause }));
    });
    // `close` comes when stderr is read to its end, so that an assertion's text is there.
    child.on("close", (code, exitSignal) => {
      signal?.removeEventListener("abort", interrupt);
      if (outcome === undefined) reject(died(code, exitSignal, complaints));
      else outcome();
    });
    child.send({ kind, job } as ToWorker, (error) => {
      if (error !== null) outcome ??= () => reject(new EngineError("engine.start", error.message, { cause: error }));
    });
  });
}

const keptComplaints = 1 << 14;

function toError({ type, code, message, hint, exitCode, stack }: Failure): Error {
  const known = Object.entries(errors).find(([name]) => name === type)?.[1];
  const error =
    known === undefined ? new Error(message) : new known(code, message, { exitCode, ...(hint && { hint }) });
  // Where it happened in the child is what helps.
  if (stack !== undefined) error.stack = stack;
  return error;
}

function died(code: number | null, signal: NodeJS.Signals | null, complaints: string): LepError {
  const lines = complaints.split("\n").map((line) => line.trim());
  const assertion = lines.find((line) => /GGML_ASSERT|GGML_ABORT|CUDA error|error: /.test(line));
  if (assertion !== undefined) {
    return new EngineError(
      "engine.assertion",
      `the engine stopped: ${assertion.replace(/\S*\/(?=[^/\s]+:\d+:)/, "")}`,
      {
        hint: "This is a limit or a mistake of the engine: try device cpu, f32 precision or a smaller micro_batch.",
      },
    );
  }
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  const last = lines.filter((line) => line !== "" && !line.startsWith("load_backend")).at(-1);
  return new EngineError("engine.died", `the engine's process ended (${how})${last === undefined ? "" : `: ${last}`}`, {
    hint:
      signal === "SIGKILL"
        ? "The system may have run out of memory: choose a smaller micro_batch. Training continues from its last checkpoint."
        : "Training continues from its last checkpoint when it is started again.",
  });
}
