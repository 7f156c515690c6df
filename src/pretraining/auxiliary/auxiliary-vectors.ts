/** Vectors of tokens in a space of their own, apart from any model: from a file, or trained on the corpus. */
import type { CorpusOptions } from "../../corpus/read-corpus.js";
import { RecipeError } from "../../errors.js";
import type { Progress } from "../../progress.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import type { VectorOptions } from "../initializers/options.js";
import { trainVectors } from "./train-vectors.js";
import { vectorsFromFile } from "./vectors-from-file.js";

export interface AuxiliaryVectors {
  /** `trained on the corpus`, or the file. */
  source: string;
  dimensions: number;
  /** How many tokens of the new vocabulary have a vector. */
  tokens: number;
  /** Of a token of the new vocabulary, [dimensions]; undefined where nothing is known of it. */
  ofToken(id: number): Float32Array | undefined;
  /** Of a token of any vocabulary by its bytes. */
  ofBytes(bytes: Uint8Array): Float32Array | undefined;
}

export interface VectorsJob {
  tokenizer: Tokenizer;
  original: Tokenizer;
  options: VectorOptions;
  corpus?: CorpusOptions | undefined;
  seed: number;
  progress?: Progress | undefined;
  signal?: AbortSignal | undefined;
}

/** Throws `CorpusError` where file or text are at fault, `RecipeError` where there is neither. */
export async function auxiliaryVectors(job: VectorsJob): Promise<AuxiliaryVectors> {
  const { options, corpus } = job;
  if (options.file !== undefined) return vectorsFromFile({ ...job, file: options.file });
  if (corpus !== undefined) return trainVectors({ ...job, corpus });
  throw new RecipeError("initializer.no_corpus", "auxiliary vectors need a corpus to be trained on, or a file");
}
