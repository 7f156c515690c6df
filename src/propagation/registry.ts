import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { conversion } from "./methods/conversion.js";
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
  /**
   * What the linear map is fitted on, one list of original ids an equation: the mean of these rows in the base model is to
   * be mapped to the mean of the same rows in the instruct model. Undefined: no map, the rows stay as they are.
   */
  equations(tokenizers: TokenizerPair): Promise<Int32Array[] | undefined>;
}

export const propagationMethods = {
  swap,
  overlap,
  conversion,
} as const satisfies Record<string, PropagationMethod>;

export type PropagationMethodName = keyof typeof propagationMethods;
export const propagationMethodNames = Object.keys(propagationMethods) as [
  PropagationMethodName,
  ...PropagationMethodName[],
];
