import { resolveModelFolder } from "../model/resolve-model-folder.js";
import type { Recipe } from "../recipe.js";
import type { RunContext } from "./run-context.js";

/** Local folders of the recipe's models; hub ids are downloaded. Throws `CheckpointError`. */
export async function resolveModels(recipe: Recipe): Promise<RunContext["models"]> {
  const base = await resolveModelFolder(recipe.models.base);
  const { instruct } = recipe.models;
  return instruct === undefined ? { base } : { base, instruct: await resolveModelFolder(instruct) };
}
