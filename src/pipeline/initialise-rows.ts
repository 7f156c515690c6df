import { existsSync } from "node:fs";
import { type InitialiseSummary, initialise } from "../pretraining/initialise.js";
import { checkInitializerFiles } from "../pretraining/initializers/check-initializer.js";
import { filesOfInitializer, initializerOptions } from "../pretraining/initializers/options.js";
import type { Recipe } from "../recipe.js";
import { trainingCorpus } from "./corpora.js";
import type { RunContext } from "./run-context.js";

/** `model` with rows for `tokenizer`, as the recipe's pretraining section says they begin, in the folder `out`. */
export async function initialiseRows(
  { recipe, progress, signal }: RunContext,
  model: string,
  tokenizer: string,
  out: string,
): Promise<InitialiseSummary> {
  const { initializer, head_initializer, pad_to_multiple_of } = recipe.pretraining!;
  const { seed, output, threads } = recipe;
  const corpus = trainingCorpus(recipe);
  const rows = { initializer, head_initializer, pad_to_multiple_of, corpus, seed, output, threads };
  return initialise({ model, tokenizer, ...rows, out }, progress, signal);
}

/** The initializers of a recipe as options of a stage, and the files that they name as its inputs. */
export function initializerState({ pretraining }: Recipe): { options: object; inputs: Record<string, string> } {
  const options: Record<string, unknown> = {};
  const inputs: Record<string, string> = {};
  for (const key of ["initializer", "head_initializer"] as const) {
    const choice = pretraining?.[key];
    if (choice === undefined || typeof choice === "string") {
      options[key] = choice;
      continue;
    }
    const { rest, files } = filesOfInitializer(choice);
    options[key] = rest;
    for (const [name, file] of Object.entries(files)) inputs[`${key}.${name}`] = file;
  }
  return { options, inputs };
}

/** Throws `CorpusError` where files of the recipe's initializers are damaged or do not fit together; a plan may lack them. */
export async function checkInitializers({ pretraining }: Recipe): Promise<void> {
  for (const choice of [pretraining?.initializer, pretraining?.head_initializer]) {
    if (choice === undefined) continue;
    const options = initializerOptions(choice);
    const files = Object.values(filesOfInitializer(options).files);
    if (files.every((file) => existsSync(file))) await checkInitializerFiles(options);
  }
}
