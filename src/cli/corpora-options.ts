/** `--corpus` of `lep train`: globs, or several corpora as NAME=GLOB, and how they are mixed. */
import { existsSync } from "node:fs";
import type { Argv } from "yargs";
import { RecipeError } from "../errors.js";
import { replayName, type TrainingCorpus } from "../pretraining/mix-corpora.js";
import { type SamplingOptions, samplingSchema } from "../pretraining/sampling/options.js";
import { samplingMethodNames } from "../pretraining/sampling/registry.js";
import { namedValues } from "./named-values.js";
import { sectionFrom } from "./schema-options.js";

export interface CorporaArguments {
  corpus: string[];
  weight?: string[];
  sampling?: SamplingOptions["method"];
  temperature?: number;
  "max-repeats"?: number;
}

const { temperature, max_repeats } = samplingSchema.shape;

export function withCorpora<T>(yargs: Argv<T>) {
  return yargs
    .option("corpus", {
      type: "string",
      array: true,
      demandOption: true,
      describe: "globs of the training text; NAME=GLOB for several corpora",
    })
    .option("sampling", {
      choices: samplingMethodNames,
      describe: "how several corpora are mixed [default: proportional]",
    })
    .option("weight", { type: "string", array: true, describe: "NAME=NUMBER, for --sampling weights" })
    .option("temperature", { type: "number", describe: temperature.description })
    .option("max-repeats", { type: "number", describe: max_repeats.description });
}

/** Throws `RecipeError` where names and globs stand side by side, or weights and corpora do not belong together. */
export function corporaFrom(given: CorporaArguments, documents: "file" | "blank_lines") {
  const named = given.corpus.filter(isNamed);
  if (named.length > 0 && named.length < given.corpus.length) {
    throw new RecipeError("command.options", `--corpus: ${given.corpus.join(" ")}: either all have a name or none`);
  }
  const weights = weightsOf(given.weight ?? []);
  const sampling = sectionFrom(
    samplingSchema,
    { temperature: given.temperature, "max-repeats": given["max-repeats"] },
    { ...(given.sampling !== undefined && { method: given.sampling }) },
  );
  const corpora = Object.entries(named.length > 0 ? namedValues(named, "--corpus") : { train: given.corpus });
  const names = corpora.map(([name]) => name);
  if (names.includes(replayName)) throw new RecipeError("command.options", `--corpus: the name ${replayName} is taken`);
  const stray = Object.keys(weights).find((name) => !names.includes(name));
  if (stray !== undefined) throw new RecipeError("command.options", `--weight ${stray}: there is no such corpus`);
  const missing = names.find((name) => (weights[name] === undefined) === (sampling.method === "weights"));
  if (missing !== undefined) {
    const message = weights[missing] === undefined ? "is needed for" : "counts only with";
    throw new RecipeError("command.options", `--weight ${missing}=NUMBER ${message} --sampling weights`);
  }
  return {
    corpora: corpora.map(
      ([name, files]): TrainingCorpus => ({ name, files, documents, ...(weights[name] && { weight: weights[name] }) }),
    ),
    sampling,
  };
}

/** A file may have an equals sign in its name. */
const isNamed = (text: string): boolean => /^[^/\\]+=/.test(text) && !existsSync(text);

function weightsOf(given: string[]): Record<string, number> {
  const weights: Record<string, number> = Object.create(null) as Record<string, number>;
  for (const [name, values] of Object.entries(namedValues(given, "--weight"))) {
    const weight = Number(values[0]);
    if (values.length > 1 || !(weight > 0 && Number.isFinite(weight))) {
      throw new RecipeError("command.options", `--weight ${name}: ${values.join(", ")} is not one number above 0`);
    }
    weights[name] = weight;
  }
  return weights;
}
