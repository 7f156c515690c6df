/**
 * WECHSEL (Minixhofer et al. 2022, arXiv 2112.06598, section 3): word vectors of the original language and of the new one are
 * aligned by an orthogonal map over the pairs of a bilingual dictionary. A token of either tokenizer has the mean of the vectors of the
 * words that it is part of, weighted by how frequent they are (appendix on word vectors without subword information; the files are
 * ordered by frequency but say no counts, so the weight is Zipf's, 1 / rank). A new row is the mean of the rows of the nearest
 * original tokens, weighted by softmax(cosine / temperature). Tokens of no word have the mean of their pieces (the paper draws
 * them from a normal distribution), and tokens that both vocabularies have keep their rows.
 */
import { readBilingualVectors } from "../auxiliary/bilingual-vectors.js";
import { combining } from "./combine-rows.js";
import type { Initializer } from "./initializer.js";
import { combineEach } from "./kept-tokens.js";
import { nearest, softmax } from "./nearest.js";
import { products, unit, unitVectors } from "./unit-vectors.js";

const defaultNeighbours = 10;
const defaultTemperature = 0.1;

export const wechsel: Initializer = {
  options: ["source_vectors", "target_vectors", "dictionary", "max_words", "neighbours", "temperature"],
  requires: ["source_vectors", "target_vectors", "dictionary"],
  async prepare(context) {
    const { neighbours = defaultNeighbours, temperature = defaultTemperature } = context.options;
    const { source, target, dimensions } = await readBilingualVectors(context);
    const ids = [...source.keys()];
    const candidates = unitVectors([...source.values()], dimensions);
    const similarities = new Float64Array(ids.length);
    const combinations = await combineEach(context, { ofToken: (id) => target.get(id) }, (vector) => {
      products(candidates, unit(vector), similarities);
      const places = nearest(similarities, neighbours);
      return {
        ids: places.map((place) => ids[place]!),
        weights: softmax(
          Float64Array.from(places, (place) => similarities[place]!),
          temperature,
        ),
      };
    });
    return combining(context.pieces, combinations);
  },
};
