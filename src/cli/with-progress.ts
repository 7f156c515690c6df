import type { Progress } from "../progress.js";
import { interruptionSignal } from "./interruption.js";
import { terminalProgress } from "./terminal-progress.js";

/** Runs `work` with progress on stderr and a signal that Ctrl-C aborts. */
export async function withProgress<T>(work: (progress: Progress, signal: AbortSignal) => Promise<T>): Promise<T> {
  const progress = terminalProgress();
  try {
    return await work(progress.report, interruptionSignal());
  } finally {
    progress.end();
  }
}
