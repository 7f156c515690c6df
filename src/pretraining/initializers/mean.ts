/**
 * A new row is the mean of the rows of its pieces under the original tokenizer (arXiv 2412.21140, section 3; before that
 * Gee et al. 2022, Fast Vocabulary Transfer).
 */
import { combining } from "./combine-rows.js";
import type { Initializer } from "./initializer.js";

export const mean: Initializer = {
  options: [],
  prepare: async ({ pieces }) => ({ ...combining(pieces, []), fallbacks: 0 }),
};
