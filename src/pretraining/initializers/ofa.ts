/**
 * OFA (Liu et al. 2024, arXiv 2311.08849, section 3): the original matrix is factorised by a truncated singular value decomposition
 * into coordinates and primitives, E ≈ F P. A new token's coordinates are the mean of those of its nearest tokens of the
 * original, weighted by softmax(cosine / temperature); P gives its row. Weighted means are linear, so this is the weighted mean
 * of the rows, projected on the largest right singular vectors, and that is how it is computed. The paper keeps the factors in
 * the model, projects every row, and compares tokens in a multilingual word space; here only new rows are projected (kept rows stay
 * as they are), and tokens are compared in the auxiliary space, among those that both vocabularies have.
 */
import { combineRows, fallbacksOf } from "./combine-rows.js";
import type { Initializer } from "./initializer.js";
import { combineEach, keptTokens } from "./kept-tokens.js";
import { nearest, softmax } from "./nearest.js";
import { principalDirections, projectOn } from "./principal-directions.js";
import { products, unit } from "./unit-vectors.js";

const defaultNeighbours = 10;
const defaultTemperature = 0.1;

export const ofa: Initializer = {
  options: ["dimensions", "neighbours", "temperature", "vectors"],
  needsText: ({ vectors }) => vectors?.file === undefined,
  async prepare(context) {
    const { pieces, options } = context;
    const { neighbours = defaultNeighbours, temperature = defaultTemperature } = options;
    const auxiliary = await context.vectors();
    const kept = keptTokens(context, auxiliary);
    const similarities = new Float64Array(kept.originalIds.length);
    const combinations = await combineEach(context, auxiliary, (vector) => {
      products(kept.vectors, unit(vector), similarities);
      const places = nearest(similarities, neighbours);
      return {
        ids: places.map((place) => kept.originalIds[place]!),
        weights: softmax(
          Float64Array.from(places, (place) => similarities[place]!),
          temperature,
        ),
      };
    });
    return {
      rows: ({ rows }) => {
        const dimensions = Math.min(rows.width, options.dimensions ?? Math.ceil(rows.width / 2));
        const directions = principalDirections(rows, dimensions);
        return combineRows(rows, pieces, combinations, (sum) => projectOn(directions, sum));
      },
      fallbacks: fallbacksOf(pieces, combinations),
    };
  },
};
