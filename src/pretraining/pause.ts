import { EngineError } from "../errors.js";

/** Gives signals and timers their turn in a long computation. Throws `EngineError` `run.interrupted` on a signal. */
export async function pause(signal?: AbortSignal): Promise<void> {
  await new Promise(setImmediate);
  if (signal?.aborted) throw new EngineError("run.interrupted", "interrupted while initialising rows");
}
