import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { resolveTokenizerPlace } from "../model/resolve-model-folder.js";
import { buildVocabulary, type VocabularySummary } from "../vocabulary/build-vocabulary.js";
import { vocabularyReport } from "../vocabulary/report/vocabulary-report.js";
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

/** Stage 1: the new tokenizer in `tokenizer/`, and in `report/` how it and others cut the validation text. */
export const vocabularyStage: DefineStage<VocabularyResult> = async ({ recipe, models, progress, signal }) => {
  const { vocabulary } = recipe;
  if (vocabulary === undefined) return undefined;
  const { threads } = recipe;
  const { keep_corpus } = vocabulary;
  const corpus = trainingCorpus(recipe);
  const corpora = { validation: validationCorpus(recipe), ...recipe.report?.corpora };
  const downloads = { progress, signal };
  const from = vocabulary.from && (await resolveTokenizerPlace(vocabulary.from, downloads));
  const others: Record<string, string> = {};
  for (const [name, place] of Object.entries(recipe.report?.vocabularies ?? {})) {
    others[name] = await resolveTokenizerPlace(place, downloads);
  }
  const inputs: Record<string, string | string[]> = { base: models.base, corpus: await corpusFiles(corpus) };
  for (const [name, options] of Object.entries(corpora)) inputs[reportLabel(name)] = await corpusFiles(options);
  for (const [name, place] of Object.entries(others)) inputs[`report.vocabularies.${name}`] = tokenizerFiles(place);
  if (from !== undefined) inputs.from = from;
  if (keep_corpus !== undefined) inputs.keep_corpus = await corpusFiles(keep_corpus);
  const withoutPlaces = Object.entries(corpora).map(([name, options]) => [name, { ...options, files: null }]);
  return {
    name: "vocabulary",
    version: 2,
    inputs,
    options: {
      ...vocabulary,
      from: vocabulary.from && null,
      keep_corpus: keep_corpus && { ...keep_corpus, files: null },
      corpus: { ...corpus, files: null },
      report: { vocabularies: Object.keys(others), corpora: Object.fromEntries(withoutPlaces) },
    },
    seed: recipe.seed,
    run: async (folder) => {
      const out = path.join(folder, "tokenizer");
      const summary = await buildVocabulary({ ...vocabulary, from, base: models.base, corpus, out, threads }, progress);
      const tokenizers = { original: models.base, adapted: out, ...others };
      const { rows } = await vocabularyReport({ tokenizers, corpora, out: path.join(folder, "report") }, progress);
      const onValidation = (name: string): number =>
        rows.find((row) => row.tokenizer === name && row.corpus === "validation")!.symbols_per_token;
      return {
        ...summary,
        symbols_per_token: { original: onValidation("original"), adapted: onValidation("adapted") },
      };
    },
  };
};

/** A model's weights, which may lie in the same folder, do not matter. */
function tokenizerFiles(place: string): string[] {
  if (!statSync(place).isDirectory()) return [place];
  const names = ["tokenizer.json", "tokenizer.model", "tokenizer_config.json"];
  return names.map((name) => path.join(place, name)).filter((file) => existsSync(file));
}

const reportLabel = (corpus: string): string => (corpus === "validation" ? corpus : `report.corpora.${corpus}`);
