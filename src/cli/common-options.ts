import type { Argv } from "yargs";
import { type ComputeOptions, type Device, deviceNames } from "../engine/engine.js";
import { type EngineName, engineNames } from "../engine/registry.js";
import { RecipeError } from "../errors.js";
import { type ModelOutput, modelOutputSchema } from "../model/model-output.js";
import { sectionFrom } from "./schema-options.js";

/** `--engine`, `--device` and `--threads`, wherever something computes. */
export function computing<T>(yargs: Argv<T>) {
  return yargs
    .option("engine", {
      choices: engineNames,
      default: "ggml" as EngineName,
      describe: "what trains, where something is trained: ggml, or tfjs where ggml cannot",
    })
    .option("device", {
      choices: deviceNames,
      default: "auto" as Device,
      describe: "where to compute",
    })
    .option("threads", {
      type: "number",
      default: 0,
      describe: "CPU threads; 0: all cores",
      coerce: wholeNumber("threads"),
    });
}

export interface ComputingArguments {
  engine: EngineName;
  device: Device;
  threads: number;
}

/** For `coerce`: refuses what is not a whole number from 0 on. */
export const wholeNumber =
  (name: string) =>
  (value: number): number => {
    if (Number.isInteger(value) && value >= 0) return value;
    throw new RecipeError("command.invalid", `--${name}: ${value} is not a whole number from 0 on`);
  };

/** `--seed`, wherever something is drawn by chance. */
export function seeded<T>(yargs: Argv<T>) {
  return yargs.option("seed", {
    type: "number",
    default: 0,
    describe: "seed of everything that is drawn by chance",
    coerce: wholeNumber("seed"),
  });
}

/** `--documents`, wherever text is read. */
export function withDocuments<T>(yargs: Argv<T>) {
  return yargs.option("documents", {
    choices: ["file", "blank_lines"] as const,
    default: "file" as const,
    describe: "what a document is in a .txt file",
  });
}

export interface DocumentsArguments {
  documents: "file" | "blank_lines";
}

/** `--shard-size` and `--languages`, wherever a model is written. */
export function writing<T>(yargs: Argv<T>) {
  return yargs
    .option("shard-size", { type: "string", describe: modelOutputSchema.shape.shard_size.description })
    .option("languages", { type: "string", array: true, describe: modelOutputSchema.shape.languages.description });
}

export interface WritingArguments {
  "shard-size"?: string;
  languages?: string[];
}

/** Throws `RecipeError`. */
export const outputFrom = ({ "shard-size": size, languages }: WritingArguments): ModelOutput =>
  sectionFrom(modelOutputSchema, { "shard-size": size, languages });

/** `--json`, `--quiet` and `--offline`, everywhere. */
export function reporting<T>(yargs: Argv<T>) {
  return yargs
    .option("json", { type: "boolean", default: false, describe: "one JSON object a line on stdout, nothing else" })
    .option("quiet", {
      type: "boolean",
      default: false,
      describe: "no progress and no lines on stdout; warnings and failures only",
      coerce: (quiet: boolean) => {
        if (quiet) process.env.LEP_QUIET = "1";
        return quiet;
      },
    })
    .option("offline", {
      type: "boolean",
      default: false,
      describe: "never use the network",
      coerce: (offline: boolean) => {
        if (offline) process.env.LEP_OFFLINE = "1";
        return offline;
      },
    });
}

export interface ReportingArguments {
  json: boolean;
  offline: boolean;
}

export function computeFrom({ engine, device, threads }: ComputeOptions): ComputeOptions {
  return { engine, device, threads };
}
