import { EngineError } from "../errors.js";
import type { Block } from "./training-set.js";

/** Σ of the loss weights of a step, and how many positions have one. Throws `EngineError` where a step has nothing to learn from. */
export function countWeights(blocks: readonly Block[]): { weightSum: number; tokens: number } {
  let weightSum = 0;
  let tokens = 0;
  for (const { weights } of blocks) {
    for (const weight of weights) {
      weightSum += weight;
      if (weight > 0) tokens++;
    }
  }
  if (tokens > 0) return { weightSum, tokens };
  throw new EngineError("engine.no_targets", "every loss weight in a step is 0: there is nothing to learn from", {
    hint: "Use more blocks per step, or leave out blocks without targets.",
  });
}
