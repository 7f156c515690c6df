import { existsSync } from "node:fs";
import path from "node:path";
import { evaluate } from "../../benchmark/evaluate.js";
import { type TaskName, taskNames, tasks } from "../../benchmark/registry.js";
import type { Device } from "../../engine/engine.js";
import { RecipeError } from "../../errors.js";
import { keyVariable } from "../../inference/endpoint/endpoint-url.js";
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
  endpoint?: string;
  "endpoint-model"?: string;
  "endpoint-timeout"?: number;
  parallel?: number;
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
      .option("endpoint", {
        type: "string",
        describe: `server with OpenAI's API that answers in place of the model's weights, which --model then names the tokenizer of; its key: ${keyVariable}`,
      })
      .option("endpoint-model", { type: "string", describe: "what the server calls the model, where it has several" })
      .option("endpoint-timeout", { type: "number", describe: "seconds that the server may take for an answer [300]" })
      .option("parallel", { type: "number", describe: "answers side by side [8; of a server 16]" })
      .example(
        "$0 eval --endpoint http://localhost:8000 --model models/adapted --tasks all --db results.sqlite",
        "a model that vLLM or llama-server serves",
      )
      .example("$0 eval --model data/tiny-instruct --tasks rummlu,cp_sent_ru --db results.sqlite", ""),
  handler: async ({ db, json, limit, ...options }) => {
    const tokenizer = options.tokenizer && (await tokenizerPlace(options.tokenizer));
    const { endpoint: url, parallel } = options;
    checkAbove0("parallel", parallel);
    checkAbove0("endpoint-timeout", options["endpoint-timeout"]);
    // Of a model on a server only what describes the tokenizer is needed.
    const place = url === undefined ? modelFolder : tokenizerPlace;
    const model = options.model.endsWith(".gguf") ? options.model : await place(options.model);
    const endpoint = url && {
      url,
      model: options["endpoint-model"],
      seconds: options["endpoint-timeout"],
      parallel,
    };
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
          parallel,
          ...(endpoint && { endpoint }),
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

function checkAbove0(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isInteger(value) && value > 0)) return;
  throw new RecipeError("command.invalid", `--${name}: ${value} is not a whole number above 0`);
}

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
