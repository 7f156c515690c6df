/**
 * Overlap: E'_i = E'_b W, where W maps the base model's embeddings of the tokens that both vocabularies share to the
 * instruct model's: least squares of E_b[S] W ≈ E_i[S]. (Learned Embedding Propagation, arXiv 2412.21140, section 3.)
 * Shapes: S by d on both sides, W [d, d].
 */
import { sharedTokens } from "../../tokenizer/shared-tokens.js";
import { meanOf } from "../equation.js";
import type { PropagationMethod } from "../registry.js";

export const overlap: PropagationMethod = {
  description: "a linear map fitted on the tokens that both vocabularies share",
  equations: async ({ adapted, original }) =>
    sharedTokens(adapted, original).map(({ originalId }) => meanOf(Int32Array.of(originalId))),
};
