/** What `lep run` and `lep plan` are given: a recipe, what overrides keys of it, and where runs lie. */
import path from "node:path";
import type { Argv } from "yargs";
import { deviceNames } from "../engine/engine.js";
import { engineNames } from "../engine/registry.js";
import type { Recipe } from "../recipe.js";
import { type ReportingArguments, reporting } from "./common-options.js";

export interface RecipeArguments extends ReportingArguments {
  recipe: string;
  set?: string[];
  "runs-dir": string;
  engine?: string;
  device?: string;
  threads?: number;
}

export function withRecipe<T>(yargs: Argv<T>) {
  const overrides = { describe: "overrides the recipe's" };
  return reporting(yargs)
    .positional("recipe", { type: "string", demandOption: true, describe: "recipe file (YAML)" })
    .option("set", { type: "string", array: true, nargs: 1, describe: "override a key: path.to.key=value" })
    .option("runs-dir", { type: "string", default: "runs", describe: "folder of all runs" })
    .option("engine", { ...overrides, choices: engineNames })
    .option("device", { ...overrides, choices: deviceNames })
    .option("threads", { ...overrides, type: "number" });
}

/** `path.to.key=value`, as `loadRecipe` takes them. */
export function overridesFrom(given: RecipeArguments): string[] {
  const overrides = [...(given.set ?? [])];
  for (const key of ["engine", "device", "threads"] as const) {
    if (given[key] !== undefined) overrides.push(`${key}=${given[key]}`);
  }
  return overrides;
}

export const runFolder = (given: RecipeArguments, { name }: Recipe): string => path.join(given["runs-dir"], name);
