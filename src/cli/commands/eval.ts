import path from "node:path";
import { evaluate } from "../../benchmark/evaluate.js";
import { findTrainingOverlap, type TrainingOverlap } from "../../benchmark/overlap/training-overlap.js";
import { itemsOfTasks } from "../../benchmark/plan-tasks.js";
import { type TaskName, taskNames } from "../../benchmark/registry.js";
import { groupNames, selectTasks } from "../../benchmark/select-tasks.js";
import { readPieces } from "../../corpus/read-pieces.js";
import type { Device } from "../../engine/engine.js";
import { RecipeError } from "../../errors.js";
import { keyVariable } from "../../inference/endpoint/endpoint-url.js";
import type { Progress } from "../../progress.js";
import { benchmarkData, chosenTasks } from "../benchmark-data.js";
import { defineAction } from "../command.js";
import { computeFrom, computing, reporting } from "../common-options.js";
import { modelFolder, tokenizerPlace } from "../model-folder.js";
import { createOutput } from "../output.js";
import { rescoreAndTell } from "../rescore-and-tell.js";
import { resultLines } from "../result-lines.js";
import { withProgress } from "../with-progress.js";

interface Arguments {
  model?: string;
  tokenizer?: string;
  tasks: string;
  db: string;
  data?: string;
  "few-shot": number;
  limit?: number;
  name?: string;
  corpus?: string[];
  "training-text"?: string[];
  documents: "file" | "blank_lines";
  rescore: boolean;
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
      .option("model", { type: "string", describe: "model folder, .gguf file or hub id" })
      .option("tokenizer", { type: "string", describe: "tokenizer of a .gguf file; its own where left out" })
      .option("tasks", {
        type: "string",
        default: "all",
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
      .option("corpus", {
        ...{ type: "string", array: true },
        describe: "globs of a text: perplexity, bits per character and symbols per token of it",
      })
      .option("training-text", {
        ...{ type: "string", array: true },
        describe: "globs of what the model was trained on: items that stand in it are counted",
      })
      .option("documents", {
        choices: ["file", "blank_lines"] as const,
        default: "file" as const,
        describe: "what a document is in a .txt file of --corpus",
      })
      .option("rescore", {
        type: "boolean",
        default: false,
        describe: "judge the answers in --db by the present metrics, without a model; --name and --tasks choose",
      })
      .option("endpoint", {
        type: "string",
        describe: `server with OpenAI's API that answers in place of the model's weights, which --model then names the tokenizer of; its key: ${keyVariable}`,
      })
      .option("endpoint-model", { type: "string", describe: "what the server calls the model, where it has several" })
      .option("endpoint-timeout", { type: "number", describe: "seconds that the server may take for an answer [300]" })
      .option("parallel", { type: "number", describe: "answers side by side [8; of a server 16]" })
      .example("$0 eval --rescore --db results.sqlite", "every run in the database")
      .example(
        "$0 eval --endpoint http://localhost:8000 --model models/adapted --tasks all --db results.sqlite",
        "a model that vLLM or llama-server serves",
      )
      .example("$0 eval --model data/tiny-instruct --tasks rummlu,cp_sent_ru --db results.sqlite", "")
      .example(
        "$0 eval --model org/model --tasks all --data RefalMachine/darumeru --db results.sqlite",
        "Darumeru itself",
      ),
  handler: async ({ db, json, limit, rescore, ...options }) => {
    const output = createOutput(json);
    const { endpoint: url, parallel } = options;
    checkAbove0("parallel", parallel);
    checkAbove0("endpoint-timeout", options["endpoint-timeout"]);
    const tokenizer = options.tokenizer && (await tokenizerPlace(options.tokenizer));
    if (rescore) {
      const tasks = options.tasks === "all" ? undefined : selectTasks(chosenTasks(options.tasks), () => true);
      await rescoreAndTell({ db, name: options.name, tasks, data: options.data, tokenizer }, output);
      return;
    }
    if (options.model === undefined) throw new RecipeError("command.options", "--model is needed, or --rescore");
    // Of a model on a server only what describes the tokenizer is needed.
    const place = url === undefined ? modelFolder : tokenizerPlace;
    const model = options.model.endsWith(".gguf") ? options.model : await place(options.model);
    const endpoint = url && { url, model: options["endpoint-model"], seconds: options["endpoint-timeout"], parallel };
    const { data, tasks } = await benchmarkData(options.data, options.tasks);
    const name = options.name ?? path.basename(options.model);
    const result = await withProgress(async (progress, signal) => {
      const overlap = await overlapWith(
        options["training-text"],
        tasks,
        { data, limit },
        options.threads,
        progress,
        signal,
      );
      return evaluate(
        {
          ...{ model, name, tasks, data, db, limit, overlap, signal, onEvent: output.event },
          ...(tokenizer && { tokenizer }),
          few_shot: options["few-shot"],
          corpus: options.corpus && { files: options.corpus, documents: options.documents },
          compute: computeFrom(options),
          parallel,
          ...(endpoint && { endpoint }),
        },
        progress,
      );
    });
    output.event({ event: "scored", model, ...result });
    for (const line of resultLines(result)) output.line(line);
  },
});

/** What is known of the training text's overlap with the items; undefined where no text is named. */
async function overlapWith(
  files: string[] | undefined,
  tasks: readonly TaskName[],
  items: { data: string; limit: number | undefined },
  threads: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<TrainingOverlap | undefined> {
  if (files === undefined) return undefined;
  const job = { pieces: readPieces({ files }), items: await itemsOfTasks(tasks, items), threads };
  return findTrainingOverlap(job, progress, signal);
}

function checkAbove0(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isInteger(value) && value > 0)) return;
  throw new RecipeError("command.invalid", `--${name}: ${value} is not a whole number above 0`);
}
