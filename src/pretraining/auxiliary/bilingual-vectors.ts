/** Tokens of both tokenizers in one space, from two files of word vectors and a dictionary. Both files are streamed. */
import { CorpusError, RecipeError } from "../../errors.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import type { InitializerContext } from "../initializers/initializer.js";
import type { InitializerOptions } from "../initializers/options.js";
import { mapped, type Pair, procrustes } from "../initializers/procrustes.js";
import { unit } from "../initializers/unit-vectors.js";
import { readDictionary } from "./dictionary.js";
import { readWordVectors, type WordVector } from "./word-vectors.js";

export interface BilingualVectors {
  dimensions: number;
  /** By id of the original vocabulary, in the space of the new language. */
  source: Map<number, Float32Array>;
  /** By id of the new vocabulary. */
  target: Map<number, Float32Array>;
}

const defaultWords = 200_000;

type Files = Pick<InitializerOptions, "source_vectors" | "target_vectors" | "dictionary" | "max_words">;
type UseWords = (words: WordVector[], firstRank: number) => Promise<void>;

/** Throws `CorpusError` where a file is damaged, widths differ, or no pair of the dictionary has both vectors. */
export async function readBilingualVectors(context: InitializerContext): Promise<BilingualVectors> {
  const { tokenizer, original, options } = context;
  const source = tokenSums(original);
  const target = tokenSums(tokenizer);
  const { pairs, dimensions } = await readPairs(options, source.use, target.use);
  const map = procrustes(pairs, dimensions);
  const aligned = new Map([...source.means()].map(([id, vector]) => [id, mapped(vector, map)]));
  return { dimensions, source: aligned, target: target.means() };
}

/** The pairs of the dictionary that both files have, as unit vectors; every word is shown to `useSource` or `useTarget`. */
export async function readPairs(
  { source_vectors, target_vectors, dictionary, max_words = defaultWords }: Files,
  useSource?: UseWords,
  useTarget?: UseWords,
): Promise<{ pairs: Pair[]; dimensions: number }> {
  if (source_vectors === undefined || target_vectors === undefined || dictionary === undefined) {
    throw new RecipeError("initializer.files", "wechsel needs source_vectors, target_vectors and dictionary");
  }
  const words = await readDictionary(dictionary);
  const from = await readSide(source_vectors, max_words, new Set(words.map(([word]) => word)), useSource);
  const to = await readSide(target_vectors, max_words, new Set(words.map(([, word]) => word)), useTarget);
  if (from.dimensions !== to.dimensions) {
    throw new CorpusError(
      "vectors.width",
      `${source_vectors} has vectors of width ${from.dimensions}, ${target_vectors} of width ${to.dimensions}`,
      { hint: "Both files have to be of the same width." },
    );
  }
  const pairs: Pair[] = [];
  for (const [source, target] of words) {
    const [a, b] = [from.found.get(source), to.found.get(target)];
    if (a !== undefined && b !== undefined) pairs.push({ from: unit(a), to: unit(b) });
  }
  if (pairs.length === 0) {
    throw new CorpusError(
      "dictionary.no_overlap",
      `${dictionary}: none of its ${words.length} pairs is in ${source_vectors} and ${target_vectors}`,
      {
        hint: "The first column is the original model's language, the second the new one; check their order and case.",
      },
    );
  }
  return { pairs, dimensions: from.dimensions };
}

const batchWords = 4096;

async function readSide(file: string, most: number, wanted: ReadonlySet<string>, use?: UseWords) {
  const found = new Map<string, Float32Array>();
  let dimensions = 0;
  let batch: WordVector[] = [];
  let rank = 1;
  const flush = async (): Promise<void> => {
    await use?.(batch, rank);
    rank += batch.length;
    batch = [];
  };
  for await (const one of readWordVectors(file, most)) {
    dimensions = one.vector.length;
    if (wanted.has(one.word) && !found.has(one.word)) found.set(one.word, one.vector);
    batch.push(one);
    if (batch.length === batchWords) await flush();
  }
  await flush();
  return { found, dimensions };
}

/** Collects the vectors of the words that each token is part of, at the start of a text and behind a space, weighted by 1 / rank. */
function tokenSums(tokenizer: Tokenizer) {
  const sums = new Map<number, Float64Array>();
  const use: UseWords = async (words, firstRank) => {
    const texts = words.flatMap(({ word }) => [word, ` ${word}`]);
    const { ids, starts } = await tokenizer.encodeBulk(texts);
    for (const [i, { vector }] of words.entries()) {
      const weight = 1 / (firstRank + i);
      for (const id of new Set(ids.subarray(starts[2 * i]!, starts[2 * i + 2]!))) {
        if (tokenizer.addedIds.has(id)) continue;
        let sum = sums.get(id);
        if (sum === undefined) {
          sum = new Float64Array(vector.length);
          sums.set(id, sum);
        }
        for (let k = 0; k < sum.length; k++) sum[k]! += weight * vector[k]!;
      }
    }
  };
  // Only directions are compared, so a sum is as good as a mean.
  const means = (): Map<number, Float32Array> => {
    const ids = [...sums.keys()].sort((a, b) => a - b);
    return new Map(ids.map((id) => [id, unit(Float32Array.from(sums.get(id)!))]));
  };
  return { use, means };
}
