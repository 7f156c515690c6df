/**
 * Conversion with sums: as conversion, but C(E) is the sum of the rows of a token's pieces, so that a token of many pieces
 * weighs more in the fit (a variant in the authors' code, RefalMachine/ruadapt). Shapes: C [new tokens, d], W [d, d].
 */
import { piecesOf } from "../../tokenizer/pieces.js";
import type { PropagationMethod } from "../registry.js";

export const conversionSum: PropagationMethod = {
  description: "conversion with the sum of the pieces in place of their mean",
  equations: async ({ adapted, original }) =>
    (await piecesOf(adapted, original))
      .filter((ids) => ids.length > 0)
      .map((ids) => ({ ids, weights: new Float64Array(ids.length).fill(1) })),
};
