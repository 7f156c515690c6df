import { runPipeline } from "../../pipeline.js";
import { planRun } from "../../plan.js";
import { loadRecipe, type Recipe } from "../../recipe.js";
import { stageNames } from "../../stage.js";
import { defineAction } from "../command.js";
import { interruptionSignal } from "../interruption.js";
import { nextSteps } from "../next-steps.js";
import { createOutput, isQuiet, type Output } from "../output.js";
import { planLines } from "../plan-lines.js";
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
    const folder = runFolder(options, recipe);
    try {
      if (!isQuiet()) await showPlan(recipe, folder, output);
      const summary = await runPipeline(recipe, {
        folder,
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
      for (const line of nextSteps(recipe, summary, folder)) output.line(line);
    } finally {
      progress.end();
    }
  },
});

/** What is still to be done, and what it will take; nothing where all of it is done. */
async function showPlan(recipe: Recipe, folder: string, output: Output): Promise<void> {
  const plan = await planRun(recipe, { folder });
  if (plan.stages.every(({ state }) => state === "finished")) return;
  const { stages, ...whole } = plan;
  output.event({
    event: "plan",
    ...whole,
    stages: stages.map(({ stage, state, seconds }) => ({ stage, state, seconds })),
  });
  for (const line of [...planLines(plan, []), ""]) output.line(line);
}
