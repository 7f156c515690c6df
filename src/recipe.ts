/**
 * The recipe: one YAML file that names what a run does. It is validated as a whole before anything
 * runs, and every fault is reported at once with its path in the file.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseDocument } from "yaml";
import { z } from "zod";
import { promptSchema } from "./benchmark/item-form.js";
import { taskNames } from "./benchmark/registry.js";
import { taskChoices } from "./benchmark/select-tasks.js";
import { calibrationSchema } from "./calibration/options.js";
import { textFilesSchema } from "./corpus/text-files.js";
import { deviceNames } from "./engine/engine.js";
import { engineNames } from "./engine/registry.js";
import { RecipeError } from "./errors.js";
import { modelOutputSchema } from "./model/model-output.js";
import { isTooDeep } from "./nesting-depth.js";
import { replayName } from "./pretraining/mix-corpora.js";
import { pretrainingSchema } from "./pretraining/options.js";
import { samplingSchema } from "./pretraining/sampling/options.js";
import { cutCharacters } from "./propagation/count-cuts.js";
import { propagationMethodNames } from "./propagation/registry.js";
import { recipeFaults } from "./recipe-faults.js";
import { resolveRecipePaths } from "./recipe-paths.js";
import { setKeys } from "./set-keys.js";
import { vocabularySchema } from "./vocabulary/options.js";

const filters = z
  .strictObject({
    min_characters: z.int().min(0).optional().describe("Shortest document that is kept, in characters."),
    max_characters: z.int().min(1).optional().describe("Longest document that is kept, in characters."),
    script: z
      .strictObject({
        name: z.string().describe("A Unicode script, e.g. Cyrillic."),
        min_share: z.number().min(0).max(1),
      })
      .optional()
      .describe("Least share of a document's letters that must be of a script."),
    exact_duplicates: z.boolean().optional().describe("Leave out documents that were there before, letter for letter."),
  })
  .describe("What is left out of the training corpus.");

const name = (taken: string[]) =>
  z.string().regex(new RegExp(`^(?!(?:${taken.join("|")})$).`), `the name is taken (${taken.join(", ")})`);

const globs = z.array(z.string()).min(1).describe("Globs of .txt, .jsonl, .parquet, each also .gz or .zst.");

const namedCorpora = z
  .record(
    name([replayName]),
    z.strictObject({
      files: globs,
      weight: z.number().positive().optional().describe("Its part with sampling by weights, beside the others'."),
    }),
  )
  .refine((corpora) => Object.keys(corpora).length > 0, "name at least one corpus");

const corpus = z
  .strictObject({
    train: z.union([globs, namedCorpora]).describe("One corpus as a list of globs, or several by name."),
    sampling: samplingSchema.optional(),
    validation: z.array(z.string()).min(1).describe("Held-out text, for bits per character and symbols per token."),
    documents: z.enum(["file", "blank_lines"]).default("file").describe("What a document is in a .txt file."),
    filters: filters.optional(),
  })
  .superRefine(({ train, sampling }, context) => {
    const byWeight = sampling?.method === "weights";
    if (byWeight && Array.isArray(train)) {
      context.addIssue({ code: "custom", path: ["sampling", "method"], message: "one list of files has no weights" });
    }
    for (const [corpus, { weight }] of Array.isArray(train) ? [] : Object.entries(train)) {
      if (byWeight === (weight !== undefined)) continue;
      const message = byWeight ? "sampling by weights needs it" : "counts only with sampling.method: weights";
      context.addIssue({ code: "custom", path: ["train", corpus, "weight"], message });
    }
  })
  .describe("The text of the new language.");

const propagation = z
  .strictObject({
    method: z.enum(propagationMethodNames).default("conversion").describe("The map from base to instruct embeddings."),
    also: z
      .array(z.enum(["initialised", ...propagationMethodNames]))
      .default([])
      .describe("Further rows for comparison; initialised: new rows in the instruct model, nothing propagated."),
    corpus_characters: z
      .int()
      .min(1)
      .default(cutCharacters)
      .describe("How much of the training corpus conversion-frequency reads."),
  })
  .describe("Stage 3: learned embedding propagation into the instruct model.");

const benchmark = z
  .strictObject({
    tasks: z
      .union([z.enum(taskChoices).transform((one) => [one]), z.array(z.enum(taskChoices))])
      .default([])
      .describe("Tasks, by name or group, or all that have data; bits per character is measured in any case."),
    data: z
      .string()
      .optional()
      .describe("Folder with one folder a dataset, or hub id; the small set that ships where it is left out."),
    prompts: z
      .partialRecord(z.enum(taskNames), promptSchema)
      .optional()
      .describe("Messages by task, in the place of the task's own and of the items' messages."),
    few_shot: z.int().min(0).default(0).describe("Examples before each item."),
    limit: z.int().min(1).optional().describe("At most so many items a task."),
    database: z.string().optional().describe("SQLite file; results.sqlite of the run where it is left out."),
    bases: z
      .enum(["tasks", "bits", "none"])
      .default("tasks")
      .describe("Base models: score them too, measure only bits per character, or leave them out."),
  })
  .describe("Stage 5: the benchmark.");

const report = z
  .strictObject({
    title: z.string().optional().describe("Title of the report."),
    vocabularies: z
      .record(name(["original", "adapted"]), z.string())
      .optional()
      .describe("Further tokenizers (folder, file or hub id) by name, for the vocabulary report."),
    corpora: z
      .record(name(["validation"]), textFilesSchema)
      .optional()
      .describe("Further texts by name, for the vocabulary report; the validation text is always there."),
  })
  .describe("What the run's report shows.");

export const recipeSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "letters, digits, dot, dash and underscore only")
    .describe("Name of the run's folder."),
  seed: z.int().min(0).default(0).describe("Seed of everything that is drawn by chance."),
  device: z.enum(deviceNames).default("auto").describe("Where to compute."),
  engine: z
    .enum(engineNames)
    .default("ggml")
    .describe(
      "What trains: ggml on every device, or tfjs, slower, where ggml cannot; models are answered by llama.cpp.",
    ),
  threads: z.int().min(0).default(0).describe("CPU threads; 0: all cores."),
  models: z
    .strictObject({
      base: z.string().describe("Folder or hub id of the base model."),
      instruct: z.string().optional().describe("Folder or hub id of the instruct model made from it."),
    })
    .describe("The models to adapt."),
  corpus: corpus.optional(),
  vocabulary: vocabularySchema.optional(),
  pretraining: pretrainingSchema.optional(),
  propagation: propagation.optional(),
  calibration: calibrationSchema.optional(),
  benchmark: benchmark.optional(),
  report: report.optional(),
  output: modelOutputSchema.optional(),
});

export type Recipe = z.infer<typeof recipeSchema>;

/** Sections that a section cannot do without. */
const needs: [section: keyof Recipe, needed: keyof Recipe][] = [
  ["vocabulary", "corpus"],
  ["pretraining", "corpus"],
  ["propagation", "pretraining"],
  ["calibration", "propagation"],
];

/** Reads `file`, applies `overrides` (`path.to.key=value`, value as YAML) and checks all of it. Throws `RecipeError`. */
export function loadRecipe(file: string, overrides: string[] = []): Recipe {
  const { recipe, faults, missing } = readRecipe(file, overrides);
  if (recipe === undefined || missing.length > 0) throw invalid(file, [...faults, ...missing]);
  return recipe;
}

/** The same, but files that are not there yet are no fault: they come back, a line each. */
export function loadRecipeToPlan(file: string, overrides: string[] = []): { recipe: Recipe; missing: string[] } {
  const { recipe, faults, missing } = readRecipe(file, overrides);
  if (recipe === undefined) throw invalid(file, faults);
  return { recipe, missing };
}

/** `recipe` is there where `faults` is empty. */
function readRecipe(file: string, overrides: string[]) {
  const raw = parseRecipe(file);
  setKeys(raw, overrides);
  const { missing, faults } = resolveRecipePaths(raw, path.dirname(path.resolve(file)));
  const checked = recipeSchema.safeParse(raw, { reportInput: true });
  if (!checked.success) faults.unshift(...recipeFaults(checked.error, recipeSchema));
  faults.push(...connectionFaults(raw));
  return { recipe: faults.length === 0 ? checked.data : undefined, faults, missing };
}

function invalid(file: string, faults: string[]): RecipeError {
  const count = faults.length === 1 ? "one fault" : `${faults.length} faults`;
  return new RecipeError("recipe.invalid", `${file}: ${count}\n${faults.map((fault) => `  ${fault}`).join("\n")}`, {
    hint: "recipes/recipe.schema.json lists every key; an editor with a YAML language server completes from it.",
  });
}

function parseRecipe(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new RecipeError("recipe.unreadable", `${file}: the recipe cannot be read`, {
      cause,
      hint: "lep run recipes/tiny-extended.yaml runs the embedded default.",
    });
  }
  let value: unknown;
  try {
    if (isTooDeep(text, "yaml")) throw new RangeError("lists or maps too deep within one another");
    const document = parseDocument(text);
    if (document.errors[0] !== undefined) throw document.errors[0];
    value = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new RecipeError("recipe.syntax", `${file}: ${(cause as Error).message}`, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RecipeError("recipe.syntax", `${file}: a recipe is a map of sections`);
  }
  return value as Record<string, unknown>;
}

function connectionFaults(raw: Record<string, unknown>): string[] {
  const faults = needs
    .filter(([section, needed]) => raw[section] !== undefined && raw[needed] === undefined)
    .map(([section, needed]) => `${section}: needs the section ${needed}, which is not there`);
  const models = raw.models as { instruct?: unknown } | undefined;
  if (raw.propagation !== undefined && models?.instruct === undefined) {
    faults.push("propagation: needs models.instruct, which is not there");
  }
  faults.push(...controlFaults(raw));
  for (const key of ["vocabularies", "corpora"]) {
    if (raw.vocabulary !== undefined || !Object.hasOwn(Object(raw.report), key)) continue;
    faults.push(`report.${key}: needs the section vocabulary, which is not there`);
  }
  return faults;
}

/** A control is a model that is there in any case, or one that propagation makes beside its own. */
function controlFaults({ propagation, calibration }: Record<string, unknown>): string[] {
  const [controls, also] = [Object(calibration).controls, Object(propagation).also].map((list: unknown) =>
    Array.isArray(list) ? (list as unknown[]) : [],
  ) as [unknown[], unknown[]];
  const known = new Set(["initialised", "original", ...also.filter((method) => method !== Object(propagation).method)]);
  return controls.flatMap((control, i) =>
    known.has(control)
      ? []
      : [
          `calibration.controls.${i}: must be one of ${[...known].join(", ")}; further ones are named in propagation.also`,
        ],
  );
}

/** The schema as JSON Schema, for editors. */
export function recipeJsonSchema(): unknown {
  return z.toJSONSchema(recipeSchema, { io: "input" });
}
