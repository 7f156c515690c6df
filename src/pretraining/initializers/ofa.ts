/**
 * OFA (Liu et al. 2024, arXiv 2311.08849, section 3): the original matrix is factorised by a truncated singular value decomposition
 * into coordinates and primitives, E ≈ F P. A new token's coordinates are the mean of those of its nearest tokens of the
 * original, weighted by softmax(cosine / temperature); P gives its row. Weighted means are linear, so this is the weighted mean
 * of the rows, projected on the largest right singular vectors, and that is how it is computed. The paper keeps the factors in
 * the model, projects every row, and compares tokens in a multilingual word space; here only new rows are projected (kept rows stay
 * as they are), and tokens are compared in the auxiliary space, among those that both vocabularies have.
 */
import { type MatrixPool, sharedNumbers } from "../../matrix/matrix-pool.js";
import { combineRows, fallbacksOf } from "./combine-rows.js";
import type { Initializer } from "./initializer.js";
import { combineEach, keptTokens } from "./kept-tokens.js";
import { nearest, softmax } from "./nearest.js";
import { principalDirections, projected } from "./principal-directions.js";
import { products, unit } from "./unit-vectors.js";

const defaultNeighbours = 10;
const defaultTemperature = 0.1;

export const ofa: Initializer = {
  options: ["dimensions", "neighbours", "temperature", "vectors"],
  needsText: ({ vectors }) => vectors?.file === undefined,
  async prepare(context) {
    const { pieces, options, pool } = context;
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
      async *rows({ rows }) {
        const { width } = rows;
        const dimensions = Math.min(width, options.dimensions ?? Math.ceil(width / 2));
        const directions = await principalDirections(rows, dimensions, pool());
        let id = 0;
        for (const run of combineRows(rows, pieces, combinations)) {
          const made: Float32Array[] = [];
          for (let at = 0; at < run.length; at += width, id++) {
            if (combinations[id] !== undefined) made.push(run.subarray(at, at + width));
          }
          await projectRows(made, directions, width, pool());
          yield run;
        }
      },
      fallbacks: fallbacksOf(pieces, combinations),
    };
  },
};

/** Replaces `rows` by their projections on the span of `directions`. */
async function projectRows(
  rows: readonly Float32Array[],
  directions: Float64Array,
  width: number,
  pool: MatrixPool,
): Promise<void> {
  const vectors = sharedNumbers(rows.length * width);
  for (const [i, row] of rows.entries()) vectors.set(row, i * width);
  const there = await projected(directions, vectors, width, pool);
  for (const [i, row] of rows.entries()) row.set(there.subarray(i * width, (i + 1) * width));
}
