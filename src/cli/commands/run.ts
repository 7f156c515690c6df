import path from "node:path";
import { engineNames } from "../../engine/registry.js";
import { runPipeline } from "../../pipeline.js";
import { loadRecipe } from "../../recipe.js";
import { stageNames } from "../../stage.js";
import { defineAction } from "../command.js";
import { interruptionSignal } from "../interruption.js";
import { createOutput } from "../output.js";
import { terminalProgress } from "../terminal-progress.js";

interface Arguments {
  recipe: string;
  set?: string[];
  from?: (typeof stageNames)[number];
  to?: (typeof stageNames)[number];
  fresh: boolean;
  "runs-dir": string;
  json: boolean;
  engine?: string;
  device?: string;
  threads?: number;
  offline: boolean;
}

export const runCommand = defineAction<Arguments>({
  builder: (yargs) =>
    yargs
      .positional("recipe", { type: "string", demandOption: true, describe: "recipe file (YAML)" })
      .option("set", { type: "string", array: true, nargs: 1, describe: "override a key: path.to.key=value" })
      .option("from", { choices: stageNames, describe: "do this stage and the later ones again" })
      .option("to", { choices: stageNames, describe: "stop after this stage" })
      .option("fresh", { type: "boolean", default: false, describe: "do every stage again" })
      .option("runs-dir", { type: "string", default: "runs", describe: "folder of all runs" })
      .option("json", { type: "boolean", default: false, describe: "one JSON object a line on stdout" })
      .option("engine", { choices: engineNames, describe: "overrides the recipe's" })
      .option("device", { choices: ["auto", "cpu", "cuda", "vulkan", "metal"], describe: "overrides the recipe's" })
      .option("threads", { type: "number", describe: "overrides the recipe's" })
      .option("offline", { type: "boolean", default: false, describe: "never use the network" })
      .example("$0 run recipes/tiny-extended.yaml --set pretraining.steps=100", "the embedded default, shortened"),
  handler: async (options) => {
    const overrides = [...(options.set ?? [])];
    if (options.engine !== undefined) overrides.push(`engine=${options.engine}`);
    if (options.device !== undefined) overrides.push(`device=${options.device}`);
    if (options.threads !== undefined) overrides.push(`threads=${options.threads}`);
    if (options.offline) process.env.LEP_OFFLINE = "1";
    const recipe = loadRecipe(options.recipe, overrides);
    const output = createOutput(options.json);
    const progress = terminalProgress();
    try {
      await runPipeline(recipe, {
        folder: path.join(options["runs-dir"], recipe.name),
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
