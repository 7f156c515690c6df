/** By the weights that the recipe gives. */
import { RecipeError } from "../../errors.js";
import type { SamplingMethod } from "./sampling-method.js";

export const weights: SamplingMethod = (corpora) =>
  corpora.map(({ name, weight }) => {
    if (weight !== undefined && weight > 0) return weight;
    throw new RecipeError("pretraining.weight", `the corpus ${name} needs a weight above 0 for sampling by weights`);
  });
