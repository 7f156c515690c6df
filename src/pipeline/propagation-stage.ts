import path from "node:path";
import { writeFileAtomic } from "../atomic-output.js";
import { embeddingMap } from "../propagation/embedding-map.js";
import { propagate } from "../propagation/propagate.js";
import { needsCorpus } from "../propagation/registry.js";
import { corpusFiles, trainingCorpus } from "./corpora.js";
import { initialiseRows, initializerState } from "./initialise-rows.js";
import { type DefineStage, type PropagationResult, writtenAs } from "./run-context.js";

/** Folder → method: the recipe's method is `propagated`, the others go by their names. */
function propagationRows(method: string, also: readonly string[]): Record<string, string> {
  const further = also
    .filter((name) => name !== method)
    .map((name) => [name === "initialised" ? "instruct-initialised" : name, name]);
  return { propagated: method, ...Object.fromEntries(further) };
}

/** Stage 3: the instruct model with the new vocabulary, in `propagated/`, and a folder for each row of `also`. */
export const propagationStage: DefineStage<PropagationResult> = async (context, made) => {
  const { recipe, models, progress } = context;
  const { propagation } = recipe;
  const { instruct } = models;
  if (propagation === undefined || made.pretraining === undefined || instruct === undefined) return undefined;
  const adapted = path.join(made.pretraining.folder, "adapted");
  const { corpus_characters, ...options } = propagation;
  const methods = [options.method, ...options.also.filter((name) => name !== "initialised")];
  const corpus = methods.some(needsCorpus) ? { ...trainingCorpus(recipe), characters: corpus_characters } : undefined;
  return {
    name: "propagation",
    version: 3,
    inputs: { base: models.base, instruct, adapted, ...(corpus && { corpus: await corpusFiles(corpus) }) },
    options: {
      ...options,
      ...(corpus && { corpus: { ...corpus, files: null } }),
      ...initializerState(recipe).options,
      ...writtenAs(recipe),
    },
    seed: recipe.seed,
    run: async (folder) => {
      const result: PropagationResult = {};
      for (const [row, method] of Object.entries(propagationRows(propagation.method, propagation.also))) {
        const out = path.join(folder, row);
        if (method === "initialised") {
          await initialiseRows(context, instruct, adapted, out);
          result[row] = null;
        } else {
          result[row] = await propagate(
            {
              ...{ base: models.base, instruct, adapted, method: method as typeof propagation.method, out },
              ...(corpus && { corpus }),
              output: recipe.output,
              threads: recipe.threads,
            },
            progress,
          );
        }
      }
      const propagated = path.join(folder, "propagated");
      const map = await embeddingMap({ instruct, adapted, propagated, seed: recipe.seed });
      writeFileAtomic(path.join(folder, "embedding-map.json"), `${JSON.stringify(map)}\n`);
      return result;
    },
  };
};
