import { EngineError } from "../errors.js";
import type { LanguageModel } from "./language-model.js";
import { type LanguageModelOptions, openLanguageModel } from "./open-language-model.js";

export interface Interruption {
  signal: AbortSignal | undefined;
  /** What is interrupted, for the message: "the instruct model answers". */
  activity: string;
}

/**
 * A language model for as long as `use` runs. A signal ends its process in the midst of an answer.
 * Throws what `openLanguageModel` and `use` throw, and `EngineError` `run.interrupted` after a signal.
 */
export async function withLanguageModel<T>(
  file: string,
  options: LanguageModelOptions,
  { signal, activity }: Interruption,
  use: (model: LanguageModel) => Promise<T>,
): Promise<T> {
  const interrupted = (): EngineError => new EngineError("run.interrupted", `interrupted while ${activity}`);
  if (signal?.aborted) throw interrupted();
  const model = await openLanguageModel(file, options);
  const stop = (): void => void model.dispose();
  signal?.addEventListener("abort", stop);
  try {
    return await use(model);
  } catch (error) {
    throw signal?.aborted ? interrupted() : error;
  } finally {
    signal?.removeEventListener("abort", stop);
    await model.dispose();
  }
}
