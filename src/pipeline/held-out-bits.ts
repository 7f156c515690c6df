import { readCorpus } from "../corpus/read-corpus.js";
import { bitsPerCharacter } from "../engine/bits-per-character.js";
import { getEngine } from "../engine/registry.js";
import { pretrainingSchema } from "../pretraining/options.js";
import type { Recipe } from "../recipe.js";
import { loadTokenizer } from "../tokenizer/load-tokenizer.js";
import { validationCorpus } from "./corpora.js";
import { computeOptions, type RunContext } from "./run-context.js";

/** The recipe's held-out text in the windows that pretraining uses. */
export function heldOutWindows(recipe: Recipe) {
  const { window_characters, max_windows } = recipe.pretraining ?? pretrainingSchema.parse({});
  return { ...validationCorpus(recipe), window_characters, max_windows };
}

/** Bits per character of the recipe's held-out text under `model`, in the windows that pretraining uses. */
export async function heldOutBits(context: RunContext, model: string, work: string): Promise<number> {
  const { recipe, progress, signal } = context;
  const { precision } = recipe.pretraining ?? pretrainingSchema.parse({});
  const { window_characters, max_windows } = heldOutWindows(recipe);
  const compute = computeOptions(context);
  const measured = await bitsPerCharacter(
    getEngine(compute.engine),
    {
      model,
      tokenizer: await loadTokenizer(model),
      documents: readCorpus(validationCorpus(recipe)),
      window_characters,
      max_windows,
      precision,
      compute,
      work,
    },
    progress,
    signal,
  );
  return measured.bits_per_character;
}
