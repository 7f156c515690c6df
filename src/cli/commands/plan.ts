import path from "node:path";
import { engineNames } from "../../engine/registry.js";
import { RecipeError } from "../../errors.js";
import { findGpu, gpuNames } from "../../plan/gpus.js";
import { planRun } from "../../plan.js";
import { loadRecipeToPlan } from "../../recipe.js";
import { defineAction } from "../command.js";
import { createOutput } from "../output.js";
import { planLines } from "../plan-lines.js";

interface Arguments {
  recipe: string;
  set?: string[];
  "runs-dir": string;
  gpu?: string;
  "assume-characters"?: number;
  engine?: string;
  device?: string;
  threads?: number;
  json: boolean;
}

export const planCommand = defineAction<Arguments>({
  builder: (yargs) =>
    yargs
      .positional("recipe", { type: "string", demandOption: true, describe: "recipe file (YAML)" })
      .option("set", { type: "string", array: true, nargs: 1, describe: "override a key: path.to.key=value" })
      .option("gpu", { type: "string", describe: `plan for a GPU that need not be here: ${gpuNames.join(", ")}` })
      .option("assume-characters", {
        type: "number",
        describe: "plan as if a text that is not there had so many characters",
        coerce: positive,
      })
      .option("runs-dir", { type: "string", default: "runs", describe: "folder of all runs" })
      .option("engine", { choices: engineNames, describe: "overrides the recipe's" })
      .option("device", { choices: ["auto", "cpu", "cuda", "vulkan", "metal"], describe: "overrides the recipe's" })
      .option("threads", { type: "number", describe: "overrides the recipe's" })
      .option("json", { type: "boolean", default: false, describe: "one JSON object a line on stdout, nothing else" })
      .example("$0 plan recipes/tiny-extended.yaml", "on this machine")
      .example("$0 plan recipes/llama3-extended.yaml --gpu H100 --assume-characters 1e10", ""),
  handler: async (options) => {
    const overrides = [...(options.set ?? [])];
    for (const key of ["engine", "device", "threads"] as const) {
      if (options[key] !== undefined) overrides.push(`${key}=${options[key]}`);
    }
    const gpu = options.gpu === undefined ? undefined : findGpu(options.gpu);
    const { recipe, missing } = loadRecipeToPlan(options.recipe, overrides);
    const plan = await planRun(recipe, {
      folder: path.join(options["runs-dir"], recipe.name),
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
