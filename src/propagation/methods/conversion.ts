/**
 * Conversion: E'_i = E'_b W, where W is fitted on the whole new vocabulary as the original models see it. With C(E) the
 * mean of the rows of each new token's pieces under the original tokenizer: least squares of C(E_b) W ≈ C(E_i).
 * (Learned Embedding Propagation, arXiv 2412.21140, section 3.) Shapes: C [new tokens, d], W [d, d].
 */
import { piecesOf } from "../../tokenizer/pieces.js";
import { meanOf } from "../equation.js";
import type { PropagationMethod } from "../registry.js";

export const conversion: PropagationMethod = {
  description: "a linear map fitted on every new token as the mean of its original pieces",
  equations: async ({ adapted, original }) =>
    (await piecesOf(adapted, original)).filter((ids) => ids.length > 0).map(meanOf),
};
