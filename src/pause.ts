/** An interruption takes hold between two parts of a long computation. */
import { EngineError } from "./errors.js";

/** Gives signals and timers their turn. Throws `EngineError` `run.interrupted` on a signal. */
export async function pause(signal?: AbortSignal): Promise<void> {
  await new Promise(setImmediate);
  endIfInterrupted(signal);
}

/** The same where nothing can wait. */
export function endIfInterrupted(signal?: AbortSignal): void {
  if (signal?.aborted) throw new EngineError("run.interrupted", "interrupted");
}
