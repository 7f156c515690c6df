/**
 * TokenAdapt's hybrid heuristic (Sharthak et al. 2025, arXiv 2505.09738, section 3): a share of 1 − `global_weight` of a new row
 * comes from the token's pieces under the original tokenizer, each weighted by how near it is to the token and how much of its
 * text it covers, softmax((cosine + length / length) / 2 / temperature); a share of `global_weight` (0.3) from the nearest tokens of
 * the original, softmax(cosine / temperature). The paper takes vectors from a text embedding model; here they are the auxiliary
 * ones, neighbours are tokens that both vocabularies have, and a piece without a vector has cosine 0.
 */
import type { AuxiliaryVectors } from "../auxiliary/auxiliary-vectors.js";
import { combining, type RowCombination } from "./combine-rows.js";
import type { Initializer, InitializerContext } from "./initializer.js";
import { combineEach, keptTokens } from "./kept-tokens.js";
import { nearest, softmax } from "./nearest.js";
import { cosine, products, unit } from "./unit-vectors.js";

const defaultNeighbours = 10;
const defaultTemperature = 0.3;
const defaultGlobalWeight = 0.3;

export const tokenadapt: Initializer = {
  options: ["global_weight", "neighbours", "temperature", "vectors"],
  needsText: ({ vectors }) => vectors?.file === undefined,
  async prepare(context) {
    const { neighbours = defaultNeighbours, temperature = defaultTemperature } = context.options;
    const globalWeight = context.options.global_weight ?? defaultGlobalWeight;
    const auxiliary = await context.vectors();
    const kept = keptTokens(context, auxiliary);
    const similarities = new Float64Array(kept.originalIds.length);
    const combinations = await combineEach(context, auxiliary, (vector, id) => {
      const local = localWeights(context, auxiliary, vector, id, temperature);
      products(kept.vectors, unit(vector), similarities);
      const places = nearest(similarities, neighbours);
      const near = softmax(
        Float64Array.from(places, (place) => similarities[place]!),
        temperature,
      );
      return joined(
        { ids: context.pieces[id]!, weights: local.map((weight) => (1 - globalWeight) * weight) },
        { ids: places.map((p) => kept.originalIds[p]!), weights: near.map((weight) => globalWeight * weight) },
      );
    });
    return combining(context.pieces, combinations);
  },
};

function localWeights(
  { pieces, tokenizer, original }: InitializerContext,
  auxiliary: AuxiliaryVectors,
  vector: Float32Array,
  id: number,
  temperature: number,
): Float64Array {
  const whole = tokenizer.bytesOf(id)!.length;
  const scores = Array.from(pieces[id]!, (piece) => {
    const bytes = original.bytesOf(piece)!;
    const own = auxiliary.ofBytes(bytes);
    return ((own === undefined ? 0 : cosine(vector, own)) + bytes.length / whole) / 2;
  });
  return softmax(scores, temperature);
}

function joined(a: RowCombination, b: RowCombination): RowCombination {
  return { ids: Int32Array.from([...a.ids, ...b.ids]), weights: Float64Array.from([...a.weights, ...b.weights]) };
}
