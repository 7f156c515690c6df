/**
 * Original basis: E'_i = E'_b W, where W is fitted on every ordinary token of the original vocabulary, whether the new one
 * has it or not: least squares of E_b W ≈ E_i (a variant in the authors' code, RefalMachine/ruadapt). Shapes:
 * original tokens by d on both sides, W [d, d].
 */
import { type Equation, meanOf } from "../equation.js";
import type { PropagationMethod } from "../registry.js";

export const originalBasis: PropagationMethod = {
  description: "a linear map fitted on the whole original vocabulary",
  equations: async ({ original }) => {
    const equations: Equation[] = [];
    for (let id = 0; id < original.size; id++) {
      if (original.bytesOf(id) !== undefined) equations.push(meanOf(Int32Array.of(id)));
    }
    return equations;
  },
};
