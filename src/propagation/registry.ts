import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { CutCorpus } from "./count-cuts.js";
import type { Equation } from "./equation.js";
import { conversion } from "./methods/conversion.js";
import { conversionFrequency } from "./methods/conversion-frequency.js";
import { conversionSum } from "./methods/conversion-sum.js";
import { originalBasis } from "./methods/original-basis.js";
import { overlap } from "./methods/overlap.js";
import { swap } from "./methods/swap.js";

export interface TokenizerPair {
  /** The new vocabulary, of the adapted base model. */
  adapted: Tokenizer;
  /** The vocabulary of the base and the instruct model. */
  original: Tokenizer;
}

/** A way to bring the adapted base model's embeddings into the space of the instruct model. */
export interface PropagationMethod {
  description: string;
  /** Whether `equations` must be given a corpus. */
  needsCorpus?: true;
  /**
   * What the linear map is fitted on: sums of rows of the base model that are to be mapped to the same sums in the
   * instruct model. Undefined: no map, the rows stay as they are.
   */
  equations(tokenizers: TokenizerPair, corpus?: CutCorpus): Promise<Equation[] | undefined>;
}

export const propagationMethods = {
  swap,
  overlap,
  conversion,
  "conversion-sum": conversionSum,
  "conversion-frequency": conversionFrequency,
  "original-basis": originalBasis,
} as const satisfies Record<string, PropagationMethod>;

export type PropagationMethodName = keyof typeof propagationMethods;

/** Whether a method needs text. */
export const needsCorpus = (method: PropagationMethodName): boolean => {
  const { needsCorpus: needs }: PropagationMethod = propagationMethods[method];
  return needs === true;
};

export const propagationMethodNames = Object.keys(propagationMethods) as [
  PropagationMethodName,
  ...PropagationMethodName[],
];
