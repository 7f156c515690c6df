/**
 * FOCUS (Dobler and de Melo 2023, arXiv 2305.14481, section 3): a new token's row is a weighted mean of the rows of the tokens
 * that both vocabularies have; the weights are the sparsemax of the cosines between its auxiliary vector and theirs. The
 * auxiliary space is fastText's over the corpus as the new tokenizer cuts it. A token without an auxiliary vector has the mean
 * of its pieces (the paper draws it from a normal distribution).
 */
import { combining } from "./combine-rows.js";
import type { Initializer } from "./initializer.js";
import { combineEach, keptTokens } from "./kept-tokens.js";
import { sparsemax } from "./sparsemax.js";
import { products, unit } from "./unit-vectors.js";

export const focus: Initializer = {
  options: ["vectors"],
  needsText: ({ vectors }) => vectors?.file === undefined,
  async prepare(context) {
    const auxiliary = await context.vectors();
    const kept = keptTokens(context, auxiliary);
    const similarities = new Float64Array(kept.originalIds.length);
    const combinations = await combineEach(context, auxiliary, (vector) => {
      products(kept.vectors, unit(vector), similarities);
      const { places, weights } = sparsemax(similarities);
      return { ids: places.map((place) => kept.originalIds[place]!), weights };
    });
    return combining(context.pieces, combinations);
  },
};
