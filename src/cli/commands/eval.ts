import path from "node:path";
import { evaluate } from "../../benchmark/evaluate.js";
import { taskNames } from "../../benchmark/registry.js";
import { groupNames } from "../../benchmark/select-tasks.js";
import type { Device } from "../../engine/engine.js";
import { benchmarkData } from "../benchmark-data.js";
import { defineAction } from "../command.js";
import { computeFrom, computing, reporting } from "../common-options.js";
import { modelFolder, tokenizerPlace } from "../model-folder.js";
import { createOutput } from "../output.js";
import { withProgress } from "../with-progress.js";

interface Arguments {
  model: string;
  tokenizer?: string;
  tasks: string;
  db: string;
  data?: string;
  "few-shot": number;
  limit?: number;
  name?: string;
  device: Device;
  threads: number;
  json: boolean;
}

export const evalCommand = defineAction<Arguments>({
  builder: (yargs) =>
    reporting(computing(yargs))
      .option("model", { type: "string", demandOption: true, describe: "model folder, .gguf file or hub id" })
      .option("tokenizer", { type: "string", describe: "tokenizer of a .gguf file; its own where left out" })
      .option("tasks", {
        type: "string",
        demandOption: true,
        describe: `all, or names with commas: ${[...groupNames, ...taskNames].join(", ")}`,
      })
      .option("db", { type: "string", demandOption: true, describe: "SQLite file" })
      .option("data", {
        type: "string",
        describe:
          "folder with one folder a dataset, or hub id (RefalMachine/darumeru); the small set that ships by default",
      })
      .option("few-shot", { type: "number", default: 0, describe: "examples before each item" })
      .option("limit", { type: "number", describe: "at most so many items a task" })
      .option("name", { type: "string", describe: "the model's name in the leaderboard" })
      .example("$0 eval --model data/tiny-instruct --tasks rummlu,cp_sent_ru --db results.sqlite", "")
      .example(
        "$0 eval --model org/model --tasks all --data RefalMachine/darumeru --db results.sqlite",
        "Darumeru itself",
      ),
  handler: async ({ db, json, limit, ...options }) => {
    const tokenizer = options.tokenizer && (await tokenizerPlace(options.tokenizer));
    const model = options.model.endsWith(".gguf") ? options.model : await modelFolder(options.model);
    const { data, tasks } = await benchmarkData(options.data, options.tasks);
    const result = await withProgress((progress, signal) =>
      evaluate(
        {
          model,
          ...(tokenizer && { tokenizer }),
          name: options.name ?? path.basename(options.model),
          tasks,
          data,
          db,
          few_shot: options["few-shot"],
          limit,
          compute: computeFrom(options),
          signal,
        },
        progress,
      ),
    );
    const output = createOutput(json);
    output.event({ event: "scored", model, ...result });
    for (const [task, metrics] of Object.entries(result.tasks)) {
      const values = Object.entries(metrics).map(([metric, value]) => `${metric} ${value.toFixed(3)}`);
      output.line(`${task}: ${values.join(", ")}`);
    }
  },
});
