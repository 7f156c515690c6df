import path from "node:path";
import { readCorpus } from "../corpus/read-corpus.js";
import { loadTokenizer } from "../tokenizer/load-tokenizer.js";
import { symbolsPerToken } from "../tokenizer/symbols-per-token.js";
import { buildVocabulary, type VocabularySummary } from "../vocabulary/build-vocabulary.js";
import { corpusFiles, trainingCorpus, validationCorpus } from "./corpora.js";
import type { DefineStage, Made, RunContext } from "./run-context.js";

export interface VocabularyResult extends VocabularySummary {
  /** Code points a token on the validation text. */
  symbols_per_token: { original: number; adapted: number };
}

/** The folder of the tokenizer that the adapted models use: the new one, or the base's where the recipe keeps it. */
export function adaptedTokenizer(context: RunContext, made: Made): string {
  return made.vocabulary === undefined ? context.models.base : path.join(made.vocabulary.folder, "tokenizer");
}

/** Stage 1: the new tokenizer in `tokenizer/`. */
export const vocabularyStage: DefineStage<VocabularyResult> = async ({ recipe, models, progress }) => {
  const { vocabulary } = recipe;
  if (vocabulary === undefined) return undefined;
  const corpus = trainingCorpus(recipe);
  const validation = validationCorpus(recipe);
  return {
    name: "vocabulary",
    version: 1,
    inputs: {
      base: models.base,
      corpus: await corpusFiles(corpus),
      validation: await corpusFiles(validation),
      ...(vocabulary.from !== undefined && { from: vocabulary.from }),
    },
    options: { ...vocabulary, from: vocabulary.from && null, corpus: { ...corpus, files: null } },
    seed: recipe.seed,
    run: async (folder) => {
      const out = path.join(folder, "tokenizer");
      const summary = await buildVocabulary(
        { ...vocabulary, base: models.base, corpus, out, threads: recipe.threads },
        progress,
      );
      const measure = async (tokenizer: string): Promise<number> =>
        (await symbolsPerToken(await loadTokenizer(tokenizer), readCorpus(validation))).symbols_per_token;
      return { ...summary, symbols_per_token: { original: await measure(models.base), adapted: await measure(out) } };
    },
  };
};
