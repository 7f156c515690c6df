import { runPipeline } from "../../pipeline.js";
import { loadRecipe } from "../../recipe.js";
import { stageNames } from "../../stage.js";
import { defineAction } from "../command.js";
import { interruptionSignal } from "../interruption.js";
import { createOutput } from "../output.js";
import { overridesFrom, type RecipeArguments, runFolder, withRecipe } from "../recipe-options.js";
import { terminalProgress } from "../terminal-progress.js";

interface Arguments extends RecipeArguments {
  from?: (typeof stageNames)[number];
  to?: (typeof stageNames)[number];
  fresh: boolean;
}

export const runCommand = defineAction<Arguments>({
  builder: (yargs) =>
    withRecipe(yargs)
      .option("from", { choices: stageNames, describe: "do this stage and the later ones again" })
      .option("to", { choices: stageNames, describe: "stop after this stage" })
      .option("fresh", { type: "boolean", default: false, describe: "do every stage again" })
      .example("$0 run recipes/tiny-extended.yaml --set pretraining.steps=100", "the embedded default, shortened"),
  handler: async (options) => {
    const recipe = loadRecipe(options.recipe, overridesFrom(options));
    const output = createOutput(options.json);
    const progress = terminalProgress();
    try {
      await runPipeline(recipe, {
        folder: runFolder(options, recipe),
        from: options.from,
        to: options.to,
        fresh: options.fresh,
        progress: progress.report,
        signal: interruptionSignal(),
        onEvent: (event) => {
          progress.end();
          output.event({ ...event });
          output.line(event.text);
        },
      });
    } finally {
      progress.end();
    }
  },
});
