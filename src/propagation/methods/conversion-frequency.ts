/**
 * Conversion by frequency: as conversion, but a token that a text shows cut in several ways is the mean over these cuts,
 * each weighing as often as it occurs (a variant in the authors' code, RefalMachine/ruadapt). Tokens that the text
 * does not show are cut by themselves. Shapes: C [new tokens, d], W [d, d].
 */
import { piecesOf } from "../../tokenizer/pieces.js";
import { type Cuts, countCuts } from "../count-cuts.js";
import { type Equation, meanOf } from "../equation.js";
import type { PropagationMethod } from "../registry.js";

export const conversionFrequency: PropagationMethod = {
  description: "conversion with pieces weighted by how often a text cuts the token so; needs a corpus",
  needsCorpus: true,
  equations: async ({ adapted, original }, corpus) => {
    const cuts = await countCuts(adapted, original, corpus!);
    const pieces = await piecesOf(adapted, original);
    const equations: Equation[] = [];
    for (const [id, ids] of pieces.entries()) {
      const own = cuts.get(id);
      if (own !== undefined) equations.push(meanOfCuts(own));
      else if (ids.length > 0) equations.push(meanOf(ids));
    }
    return equations;
  },
};

/** The mean over the cuts of the mean over each one's pieces. */
function meanOfCuts(cuts: Cuts): Equation {
  let total = 0;
  for (const times of cuts.values()) total += times;
  const ids: number[] = [];
  const weights: number[] = [];
  for (const [key, times] of cuts) {
    const cut = key.split(",").map(Number);
    ids.push(...cut);
    for (const _ of cut) weights.push(times / (total * cut.length));
  }
  return { ids: Int32Array.from(ids), weights: Float64Array.from(weights) };
}
