import path from "node:path";
import { pretrain } from "../pretraining/pretrain.js";
import { corpusFiles, trainingCorpora, validationCorpus, withoutFiles } from "./corpora.js";
import { heldOutBits } from "./held-out-bits.js";
import { initialiseRows, initializerState } from "./initialise-rows.js";
import { computeOptions, type DefineStage, type PretrainingResult, writtenAs } from "./run-context.js";
import { adaptedTokenizer } from "./vocabulary-stage.js";

/** Stage 2: `initialised/` (new rows) and `adapted/` (trained), both bases. */
export const pretrainingStage: DefineStage<PretrainingResult> = async (context, made) => {
  const { recipe, models, progress, signal } = context;
  const options = recipe.pretraining;
  if (options === undefined) return undefined;
  const tokenizer = adaptedTokenizer(context, made);
  const corpora = trainingCorpora(recipe);
  const { sampling } = recipe.corpus!;
  const corpusInputs: Record<string, string[]> = {};
  for (const corpus of corpora) corpusInputs[`corpus.${corpus.name}`] = await corpusFiles(corpus);
  const validation = validationCorpus(recipe);
  const initializers = initializerState(recipe);
  return {
    name: "pretraining",
    version: 3,
    inputs: {
      base: models.base,
      tokenizer,
      ...corpusInputs,
      validation: await corpusFiles(validation),
      ...initializers.inputs,
      ...(options.replay !== null && { replay: await corpusFiles(options.replay.corpus) }),
    },
    options: {
      ...options,
      ...initializers.options,
      replay: withoutFiles(options.replay),
      corpora: corpora.map((corpus) => ({ ...corpus, files: null })),
      sampling: sampling ?? null,
      ...writtenAs(recipe),
    },
    seed: recipe.seed,
    run: async (folder, work) => {
      const initialised = path.join(folder, "initialised");
      const rows = await initialiseRows(context, models.base, tokenizer, initialised);
      const summary = await pretrain(
        {
          model: initialised,
          original: models.base,
          corpora,
          sampling,
          validation,
          options,
          seed: recipe.seed,
          compute: computeOptions(context),
          output: recipe.output,
          out: path.join(folder, "adapted"),
          work: path.join(work, "pretraining"),
          // Outside the stage's folder: a run with other blocks or steps finds its text tokenised.
          tokens: path.join(context.folder, ".tokens"),
        },
        progress,
        signal,
      );
      const original_bits_per_character = await heldOutBits(context, models.base, path.join(work, "original"));
      return { ...summary, initialised: rows, original_bits_per_character };
    },
  };
};
