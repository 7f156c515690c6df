import { type ResolveOptions, resolveModelFolder } from "../model/resolve-model-folder.js";
import { checkOriginalFolders } from "../propagation/check-models.js";
import type { Recipe } from "../recipe.js";
import type { RunContext } from "./run-context.js";

/**
 * Local folders of the recipe's models; hub ids are downloaded. That base and instruct belong together is checked now: it
 * would be a pity to find out after hours of pretraining. Throws `CheckpointError` and `TokenizerError`.
 */
export async function resolveModels(recipe: Recipe, downloads: ResolveOptions = {}): Promise<RunContext["models"]> {
  const base = await resolveModelFolder(recipe.models.base, downloads);
  if (recipe.models.instruct === undefined) return { base };
  const instruct = await resolveModelFolder(recipe.models.instruct, downloads);
  if (recipe.propagation !== undefined) await checkOriginalFolders(base, instruct);
  return { base, instruct };
}
