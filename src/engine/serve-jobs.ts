/** An engine's child process: takes one job over IPC, answers, and ends when the parent is gone. */
import { LepError } from "../errors.js";
import type { Engine, EnginePlanning } from "./engine.js";
import { evaluate } from "./evaluation.js";
import { probeGradients } from "./gradient-probe.js";
import type { Failure, FromWorker, ToWorker } from "./messages.js";
import type { OpenSession } from "./session.js";
import { train } from "./training-loop.js";

type Job = Exclude<ToWorker, { kind: "interrupt" }>;

/** `planning` may be left out where nobody plans. */
export function serveJobs(openSession: OpenSession, examine: Engine["examine"], planning?: EnginePlanning): void {
  let interrupted = false;
  const warning = (text: string): void => send({ kind: "warning", text });
  const isInterrupted = (): boolean => interrupted;
  const progress = (report: unknown): void => send({ kind: "progress", progress: report });
  const run = (message: Job): Promise<unknown> => {
    switch (message.kind) {
      case "train":
        return train(message.job, openSession, { onStep: progress, onWarning: warning }, isInterrupted);
      case "evaluate":
        return evaluate(message.job, openSession, (done, of) => progress({ done, of }), isInterrupted);
      case "examine":
        return examine(message.job.device);
      case "speed":
        return planning!.measureSpeed(message.job);
      case "memory":
        return planning!.estimateMemory(message.job);
      case "gradients":
        return probeGradients(message.job, openSession);
    }
  };
  process.on("message", (message: ToWorker) => {
    if (message.kind === "interrupt") interrupted = true;
    else {
      run(message).then(
        (result) => send({ kind: "result", result }),
        (error) => send({ kind: "failure", failure: describe(error) }),
      );
    }
  });
  // Nothing is waiting for the result any more, and a product on another thread would hold up a normal exit.
  process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
  // Ctrl-C reaches the whole group; the parent decides and says so over IPC.
  process.on("SIGINT", () => {});
}

function send(message: FromWorker): void {
  process.send?.(message);
}

function describe(error: unknown): Failure {
  if (error instanceof LepError) {
    const { name, code, message, hint, exitCode, stack } = error;
    return { type: name, code, message, hint, exitCode, stack };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { type: "Error", code: "", message, hint: undefined, exitCode: 1, stack };
}
