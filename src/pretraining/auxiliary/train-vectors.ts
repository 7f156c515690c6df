/**
 * Skip-gram with negative sampling over the ids of a corpus, a token being the mean of a vector of its own and those of its n-grams
 * (Bojanowski et al. 2017, Enriching word vectors with subword information, section 3; Mikolov et al. 2013, Distributed
 * representations of words and phrases, sections 2.2 and 2.3, for the negatives and the subsampling). One gradient step a window.
 *
 * The text is cut by all cores, and one thread trains, so that the same seed gives the same bytes on any number of them. The
 * corpus is read once to count and once an epoch; memory is that of the vectors.
 */
import type { CorpusOptions } from "../../corpus/read-corpus.js";
import { CorpusError, RecipeError } from "../../errors.js";
import { createRandom, type Random } from "../../random.js";
import { textOfBytes } from "../../tokenizer/byte-level.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import type { AuxiliaryVectors, VectorsJob } from "./auxiliary-vectors.js";
import { countTokens } from "./count-tokens.js";
import { createSkipGram, type SkipGram } from "./skip-gram.js";
import { subwordNgrams } from "./subword-ngrams.js";
import { tokenBatches } from "./token-batches.js";

const defaults = {
  dimensions: 100,
  window: 5,
  negatives: 5,
  epochs: 3,
  learning_rate: 0.05,
  min_count: 5,
  subsample: 1e-4,
  ngram_min: 3,
  ngram_max: 6,
  buckets: 1 << 17,
};

type TrainingOptions = typeof defaults;

/** Throws `CorpusError` `initializer.too_little_text` where fewer than two tokens occur often enough, `RecipeError` where it diverges. */
export async function trainVectors(job: VectorsJob & { corpus: CorpusOptions }): Promise<AuxiliaryVectors> {
  const { tokenizer, corpus, progress, signal } = job;
  const options = { ...defaults, ...given(job.options) };
  const { counts, total } = await countTokens({ ...job, task: "counting tokens" });
  const ids: number[] = [];
  for (const [id, count] of counts.entries()) {
    if (count >= options.min_count && !tokenizer.addedIds.has(id)) ids.push(id);
  }
  if (ids.length < 2) {
    throw new CorpusError(
      "initializer.too_little_text",
      `${corpus.files.join(", ")}: ${ids.length} tokens occur ${options.min_count} times or more, too few for auxiliary vectors`,
      { hint: "Give more text, or a smaller vectors.min_count." },
    );
  }
  const ngramsOf = ngramRows(options, ids.length);
  const random = createRandom(job.seed);
  const model = createSkipGram({
    inputs: ids.map((id, place) => [place, ...ngramsOf(tokenizer.bytesOf(id))]),
    inputRows: ids.length + options.buckets,
    counts: ids.map((id) => counts[id]!),
    ...options,
    random,
  });
  const placeOf = new Int32Array(tokenizer.size).fill(-1);
  for (const [place, id] of ids.entries()) placeOf[id] = place;
  const keep = keptShares(ids, counts, options.subsample);
  for (let epoch = 0, done = 0; epoch < options.epochs; epoch++) {
    for await (const { ids: batch, starts } of tokenBatches(corpus, tokenizer, signal)) {
      for (let text = 0; text + 1 < starts.length; text++) {
        const sentence = sampled(batch.subarray(starts[text], starts[text + 1]), placeOf, keep, random);
        model.learn(
          sentence,
          options.learning_rate * Math.max(1e-4, 1 - (done + starts[text]!) / (options.epochs * total)),
        );
      }
      done += batch.length;
      progress?.({ task: "training auxiliary vectors", done, total: options.epochs * total, unit: "tokens" });
    }
  }
  return trainedVectors(tokenizer, model, placeOf, ngramsOf, options.dimensions);
}

function given(options: object): Partial<TrainingOptions> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** Rows of the n-grams of a token's text, behind the tokens' own; none for bytes that are no text. */
function ngramRows(options: TrainingOptions, tokens: number) {
  const ngrams = { shortest: options.ngram_min, longest: options.ngram_max, buckets: options.buckets };
  return (bytes: Uint8Array | undefined): number[] => {
    const text = bytes === undefined ? undefined : textOfBytes(bytes);
    return text === undefined ? [] : subwordNgrams(text, ngrams).map((bucket) => tokens + bucket);
  };
}

/** With which probability an occurrence stays, by place: √(t / f) + t / f for the share f of the text. */
function keptShares(ids: readonly number[], counts: Float64Array, subsample: number): Float64Array {
  const total = ids.reduce((sum, id) => sum + counts[id]!, 0);
  return Float64Array.from(ids, (id) => {
    const ratio = (subsample * total) / counts[id]!;
    return Math.min(1, Math.sqrt(ratio) + ratio);
  });
}

function sampled(ids: Int32Array, placeOf: Int32Array, keep: Float64Array, random: Random): Int32Array {
  const sentence = new Int32Array(ids.length);
  let length = 0;
  for (const id of ids) {
    const place = placeOf[id]!;
    if (place >= 0 && (keep[place]! >= 1 || random.uniform() < keep[place]!)) sentence[length++] = place;
  }
  return sentence.subarray(0, length);
}

function trainedVectors(
  tokenizer: Tokenizer,
  model: SkipGram,
  placeOf: Int32Array,
  ngramsOf: (bytes: Uint8Array | undefined) => number[],
  dimensions: number,
): AuxiliaryVectors {
  const byBytes = new Map<string, number>();
  const keyOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
  for (let id = 0; id < tokenizer.size; id++) {
    const bytes = placeOf[id]! >= 0 ? tokenizer.bytesOf(id) : undefined;
    if (bytes !== undefined && !byBytes.has(keyOf(bytes))) byBytes.set(keyOf(bytes), id);
  }
  const ofBytes = (bytes: Uint8Array): Float32Array | undefined => {
    const id = byBytes.get(keyOf(bytes));
    if (id !== undefined) return model.vector(placeOf[id]!);
    // An n-gram that no trained token has is as it was drawn, and says nothing.
    const known = ngramsOf(bytes).filter((row) => model.isTrained(row));
    return known.length === 0 ? undefined : model.meanOf(known);
  };
  const ofToken = (id: number): Float32Array | undefined => {
    if (id >= placeOf.length) return undefined;
    if (placeOf[id]! >= 0) return model.vector(placeOf[id]!);
    const bytes = tokenizer.bytesOf(id);
    return bytes === undefined ? undefined : ofBytes(bytes);
  };
  let tokens = 0;
  for (let id = 0; id < tokenizer.size; id++) {
    const vector = ofToken(id);
    if (vector?.every(Number.isFinite) === false) {
      throw new RecipeError("initializer.diverged", "the training of the auxiliary vectors diverged", {
        hint: "Give a smaller vectors.learning_rate.",
      });
    }
    if (vector !== undefined) tokens++;
  }
  return { source: "trained on the corpus", dimensions, tokens, ofToken, ofBytes };
}
