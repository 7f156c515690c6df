/**
 * A weighted mean of the rows of a token's pieces.
 *
 * `by: position` (Nakash et al. 2025, AdaptiVocab, arXiv 2503.19693, section 3, exponential initialisation): piece i of n
 * weighs exp(decay · i) in the embedding, since a model reads a word at its last piece, and exp(−decay · i) in the LM head,
 * since it begins a word with its first. A tied matrix is an embedding.
 * `by: frequency` (Arora et al. 2017, A simple but tough-to-beat baseline for sentence embeddings, section 3): a piece that
 * makes up the share p of the corpus, cut by the original tokenizer, weighs a / (a + p): frequent pieces say little.
 */
import { RecipeError } from "../../errors.js";
import { countTokens } from "../auxiliary/count-tokens.js";
import { combineRows, type RowCombination } from "./combine-rows.js";
import type { Initializer, InitializerContext } from "./initializer.js";

const defaultDecay = 2;
const defaultSmoothing = 1e-3;

export const weightedMean: Initializer = {
  options: ["by", "decay", "smoothing"],
  needsText: ({ by }) => by === "frequency",
  async prepare(context) {
    const { pieces, options } = context;
    const { decay = defaultDecay, smoothing = defaultSmoothing } = options;
    const shares = options.by === "frequency" ? await pieceShares(context) : undefined;
    return {
      rows: ({ name, rows }) => {
        const weights =
          shares === undefined
            ? (ids: Int32Array) => positionWeights(ids.length, name === "embedding" ? decay : -decay)
            : (ids: Int32Array) => frequencyWeights(ids, shares, smoothing);
        const combinations = pieces.map((ids): RowCombination => ({ ids, weights: weights(ids) }));
        return combineRows(rows, pieces, combinations);
      },
      fallbacks: 0,
    };
  },
};

/** Of `count` pieces in a row, sum 1. */
export function positionWeights(count: number, decay: number): Float64Array {
  // The largest exponent is 0, so that no length overflows.
  const last = count - 1;
  return normalised(Float64Array.from({ length: count }, (_, i) => Math.exp(decay * (decay > 0 ? i - last : i))));
}

/** `shares`: of each original id in the corpus. Sum 1. */
export function frequencyWeights(ids: Int32Array, shares: Float64Array, smoothing: number): Float64Array {
  return normalised(Float64Array.from(ids, (id) => smoothing / (smoothing + shares[id]!)));
}

function normalised(weights: Float64Array): Float64Array {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** The share of each original id in the corpus, float64[original.size]. */
async function pieceShares({ corpus, original, progress, signal }: InitializerContext): Promise<Float64Array> {
  if (corpus === undefined) throw new RecipeError("initializer.no_corpus", "weighted-mean by frequency needs a corpus");
  const task = "counting pieces";
  const { counts, total } = await countTokens({ corpus, tokenizer: original, task, progress, signal });
  return counts.map((count) => count / Math.max(1, total));
}
