import { existsSync } from "node:fs";
import path from "node:path";
import { evaluate } from "../../benchmark/evaluate.js";
import { type TaskName, taskNames, tasks } from "../../benchmark/registry.js";
import type { Device } from "../../engine/engine.js";
import { RecipeError } from "../../errors.js";
import { packageRoot } from "../../package-root.js";
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
        describe: `all, or names with commas: ${taskNames.join(", ")}`,
      })
      .option("db", { type: "string", demandOption: true, describe: "SQLite file" })
      .option("data", { type: "string", describe: "folder with one folder a dataset; the embedded items by default" })
      .option("few-shot", { type: "number", default: 0, describe: "examples before each item" })
      .option("limit", { type: "number", describe: "at most so many items a task" })
      .option("name", { type: "string", describe: "the model's name in the leaderboard" })
      .example("$0 eval --model data/tiny-instruct --tasks rummlu,cp_sent_ru --db results.sqlite", ""),
  handler: async ({ db, json, limit, ...options }) => {
    const tokenizer = options.tokenizer && (await tokenizerPlace(options.tokenizer));
    const model = options.model.endsWith(".gguf") ? options.model : await modelFolder(options.model);
    const data = options.data ?? path.join(packageRoot(), "data", "tiny", "benchmark");
    const result = await withProgress((progress, signal) =>
      evaluate(
        {
          model,
          ...(tokenizer && { tokenizer }),
          name: options.name ?? path.basename(options.model),
          tasks: taskList(options.tasks, data),
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

/** `all`: every task whose data are in the folder. */
function taskList(given: string, data: string): TaskName[] {
  if (given === "all") return taskNames.filter((name) => existsSync(path.join(data, tasks[name].dataset)));
  const names = [...new Set(given.split(",").map((name) => name.trim()))];
  const unknown = names.filter((name) => !(taskNames as readonly string[]).includes(name));
  if (unknown.length > 0) {
    throw new RecipeError("command.options", `--tasks: unknown ${unknown.join(", ")}`, {
      hint: `Tasks: ${taskNames.join(", ")}.`,
    });
  }
  return names as TaskName[];
}
