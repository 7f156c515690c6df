/**
 * UniMax (Chung et al. 2023, arXiv 2304.09151, algorithm 1): equal parts, as far as no corpus is read more
 * than N times. From the smallest corpus on, each gets an equal part of what is left of the budget, or N
 * epochs where those are less; what it leaves goes to the larger ones. Sizes are in blocks of tokens,
 * the paper's in characters.
 */
import { RecipeError } from "../../errors.js";
import type { SamplingMethod } from "./sampling-method.js";

export const unimax: SamplingMethod = (corpora, { budget, max_repeats }) => {
  const size = corpora.reduce((sum, corpus) => sum + corpus.size, 0);
  if (budget > max_repeats * size) {
    // The paper's normalisation would repeat all of them more often than the cap says, and tell nobody.
    throw new RecipeError(
      "pretraining.max_repeats",
      `the training draws ${budget} blocks from ${size}, more than max_repeats: ${max_repeats} allows`,
      { hint: "Train fewer steps or epochs, add text, or raise corpus.sampling.max_repeats." },
    );
  }
  const parts = corpora.map(() => 0);
  const smallestFirst = corpora.map((_, i) => i).sort((a, b) => corpora[a]!.size - corpora[b]!.size || a - b);
  let left = budget;
  for (const [done, i] of smallestFirst.entries()) {
    const equal = left / (corpora.length - done);
    parts[i] = Math.min(equal, max_repeats * corpora[i]!.size);
    left -= parts[i];
  }
  return parts;
};
