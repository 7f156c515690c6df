import type { CorpusOptions } from "../../corpus/read-corpus.js";
import type { MatrixPool } from "../../matrix/matrix-pool.js";
import type { Progress } from "../../progress.js";
import type { Random } from "../../random.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import type { AuxiliaryVectors } from "../auxiliary/auxiliary-vectors.js";
import type { InitializerOptions } from "./options.js";
import type { OriginalRows } from "./original-rows.js";

export type OptionName = Exclude<keyof InitializerOptions, "method">;

/** What an initialiser is given, the same for embedding and LM head. */
export interface InitializerContext {
  tokenizer: Tokenizer;
  original: Tokenizer;
  /**
   * For every new row the original ids that make it up. One: the row is kept, bit for bit. None: there is nothing that it
   * could be made of, or it is padding.
   */
  pieces: readonly Int32Array[];
  options: InitializerOptions;
  seed: number;
  /** Text of the new language, where there is some. */
  corpus?: CorpusOptions | undefined;
  /** Vectors of the new tokens in a space of their own; made or read with the first call. */
  vectors(): Promise<AuxiliaryVectors>;
  /** For large products; opened with the first call. */
  pool(): MatrixPool;
  progress?: Progress | undefined;
  signal?: AbortSignal | undefined;
}

/** Embedding or LM head of the original model. */
export interface OriginalMatrix {
  name: "embedding" | "head";
  rows: OriginalRows;
  random: Random;
}

export interface RowMaker {
  /** The new matrix, [pieces.length, width], a run of rows at a time. */
  rows(matrix: OriginalMatrix): Iterable<Float32Array> | AsyncIterable<Float32Array>;
  /** Tokens of several pieces that lack what the method needs; their rows are the mean of their pieces. */
  fallbacks: number;
}

/** One way to begin the rows of new tokens. */
export interface Initializer {
  /** Keys of the options that count; others are refused. */
  options: readonly OptionName[];
  /** Keys that have to be there. */
  requires?: readonly OptionName[];
  /** Whether it reads the corpus. */
  needsText?(options: InitializerOptions): boolean;
  /** All that does not depend on the matrix. Throws `LepError` before anything is written. */
  prepare(context: InitializerContext): Promise<RowMaker>;
}
