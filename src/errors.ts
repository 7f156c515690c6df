/**
 * Every failure that a user can cause or meet is a `LepError`: what is wrong, what to do about it,
 * and the exit code of the contract (2: the command, the recipe or an input is wrong; 1: it failed
 * while running). Anything else that reaches the top is our own mistake.
 */
export interface LepErrorOptions {
  /** What to do about it, one sentence. */
  hint?: string;
  cause?: unknown;
  /** 2 where an input is wrong (the default of the input classes), 1 where it failed while running. */
  exitCode?: 1 | 2;
}

export class LepError extends Error {
  /** Stable name for machines and for the troubleshooting page, e.g. `checkpoint.truncated`. */
  readonly code: string;
  readonly hint: string | undefined;
  readonly exitCode: 1 | 2;

  constructor(code: string, message: string, options: LepErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? 2;
  }
}

/** The recipe or the command line is wrong. */
export class RecipeError extends LepError {}
/** A text corpus, a prompt file or a data set cannot be read. */
export class CorpusError extends LepError {}
/** A tokenizer cannot be read, built or written. */
export class TokenizerError extends LepError {}
/** A model folder, a safetensors or a GGUF file cannot be read or written. */
export class CheckpointError extends LepError {}
/** The training engine or llama.cpp failed. Fails while running: exit code 1 unless said otherwise. */
export class EngineError extends LepError {
  constructor(code: string, message: string, options: LepErrorOptions = {}) {
    super(code, message, { exitCode: 1, ...options });
  }
}
/** A benchmark item, its data or the results database is wrong. */
export class BenchmarkError extends LepError {}
