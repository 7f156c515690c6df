/**
 * Orthogonal matching pursuit over shared tokens, as mergekit's tokensurgeon does (Goddard and Fernandes Neto 2025, Training-free
 * tokenizer transplantation via orthogonal matching pursuit, arXiv 2506.06607, section 3): a new token's vector in the donor space
 * as a sum of `sparsity` vectors of tokens that both vocabularies have; the same coefficients then combine their rows.
 * There the donor space is the embedding of a model that has the new vocabulary. Here no such model is at hand, so it is the
 * auxiliary space, with all vectors at length 1, since their lengths say how frequent a token is. Its dimensions are fewer than
 * an embedding's, so `sparsity` is 8 where left out, not 64. A row that comes out longer than the longest row it is made of is
 * brought to that length: coefficients of atoms that are alike may be large and of both signs.
 */
import { combineRows, fallbacksOf } from "./combine-rows.js";
import type { Initializer } from "./initializer.js";
import { combineEach, keptTokens } from "./kept-tokens.js";
import type { OriginalRows } from "./original-rows.js";
import { orthogonalMatchingPursuit } from "./orthogonal-matching-pursuit.js";
import { unit } from "./unit-vectors.js";

const defaultSparsity = 8;

export const omp: Initializer = {
  options: ["sparsity", "vectors"],
  needsText: ({ vectors }) => vectors?.file === undefined,
  async prepare(context) {
    const { pieces, options } = context;
    const auxiliary = await context.vectors();
    const kept = keptTokens(context, auxiliary);
    const combinations = await combineEach(context, auxiliary, (vector) => {
      const { places, coefficients } = orthogonalMatchingPursuit(
        kept.vectors,
        unit(vector),
        options.sparsity ?? defaultSparsity,
      );
      if (places.length === 0) return undefined;
      return { ids: places.map((place) => kept.originalIds[place]!), weights: coefficients };
    });
    return {
      rows: ({ rows }) => {
        const longest = longestRow(rows, kept.originalIds);
        return combineRows(rows, pieces, combinations, (sum) => shorten(sum, longest));
      },
      fallbacks: fallbacksOf(pieces, combinations),
    };
  },
};

function longestRow(rows: OriginalRows, ids: Int32Array): number {
  let longest = 0;
  for (const id of ids) longest = Math.max(longest, norm(rows.row(id)));
  return longest;
}

function shorten(sum: Float64Array, longest: number): void {
  const length = norm(sum);
  if (length > longest) for (let i = 0; i < sum.length; i++) sum[i]! *= longest / length;
}

function norm(row: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += row[i]! * row[i]!;
  return Math.sqrt(sum);
}
