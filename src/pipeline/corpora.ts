/** The texts of a recipe: as stages read them, and as the inputs that a stage's result depends on. */
import { findCorpusFiles } from "../corpus/corpus-files.js";
import type { CorpusOptions } from "../corpus/read-corpus.js";
import type { TrainingCorpus } from "../pretraining/mix-corpora.js";
import type { Recipe } from "../recipe.js";

/** All of the recipe's training text as one corpus, with its filters. */
export function trainingCorpus({ corpus }: Recipe): CorpusOptions {
  const { train, documents, filters } = corpus!;
  const files = Array.isArray(train) ? train : Object.values(train).flatMap((one) => one.files);
  return { files, documents, ...(filters && { filters }) };
}

/** The same by the names that the recipe gives its corpora; `train` where it has one without a name. */
export function trainingCorpora(recipe: Recipe): TrainingCorpus[] {
  const { train } = recipe.corpus!;
  const named = Array.isArray(train) ? { train: { files: train } } : train;
  return Object.entries(named).map(([name, own]) => ({ ...trainingCorpus(recipe), ...own, name }));
}

/** The recipe's held-out text, as it is. */
export function validationCorpus({ corpus }: Recipe): CorpusOptions {
  return { files: corpus!.validation, documents: corpus!.documents };
}

/** Paths of all files of a corpus, as inputs of a stage. */
export async function corpusFiles(options: CorpusOptions): Promise<string[]> {
  return (await findCorpusFiles(options.files)).map((file) => file.path);
}

/** Which files, the inputs say; where they lie does not matter. */
export const withoutFiles = <T extends { corpus: object }>(section: T | null): unknown =>
  section && { ...section, corpus: { ...section.corpus, files: null } };
