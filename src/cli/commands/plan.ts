import { RecipeError } from "../../errors.js";
import { findGpu, gpuNames } from "../../plan/gpus.js";
import { planRun } from "../../plan.js";
import { loadRecipeToPlan } from "../../recipe.js";
import { defineAction } from "../command.js";
import { createOutput } from "../output.js";
import { planLines } from "../plan-lines.js";
import { overridesFrom, type RecipeArguments, runFolder, withRecipe } from "../recipe-options.js";

interface Arguments extends RecipeArguments {
  gpu?: string;
  "assume-characters"?: number;
}

export const planCommand = defineAction<Arguments>({
  builder: (yargs) =>
    withRecipe(yargs)
      .option("gpu", { type: "string", describe: `plan for a GPU that need not be here: ${gpuNames.join(", ")}` })
      .option("assume-characters", {
        type: "number",
        describe: "plan as if a text that is not there had so many characters",
        coerce: positive,
      })
      .example("$0 plan recipes/tiny-extended.yaml", "on this machine")
      .example("$0 plan recipes/llama3-extended.yaml --gpu H100 --assume-characters 1e10", ""),
  handler: async (options) => {
    const gpu = options.gpu === undefined ? undefined : findGpu(options.gpu);
    const { recipe, missing } = loadRecipeToPlan(options.recipe, overridesFrom(options));
    const plan = await planRun(recipe, {
      folder: runFolder(options, recipe),
      gpu,
      assumedCharacters: options["assume-characters"],
    });
    const output = createOutput(options.json);
    const { stages, ...whole } = plan;
    for (const stage of stages) output.event({ event: "stage", ...stage });
    output.event({ event: "plan", ...whole, missing });
    for (const line of planLines(plan, missing)) output.line(line);
  },
});

function positive(value: number | undefined): number | undefined {
  if (value === undefined || (Number.isFinite(value) && value > 0)) return value;
  throw new RecipeError("command.invalid", `--assume-characters: ${value} is not a number above 0`);
}
