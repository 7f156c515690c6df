/** `pretraining.initializer` of a recipe, and the flags of `lep init`: a name, or a map of the method and its options. */
import { z } from "zod";
import type { Initializer, OptionName } from "./initializer.js";
import { initializerNames, initializers } from "./registry.js";

const vectors = z
  .strictObject({
    file: z
      .string()
      .optional()
      .describe(
        "Vectors of tokens or words as text (word2vec's or fastText's .vec, also .gz or .zst); trained on the corpus where left out.",
      ),
    dimensions: z.int().min(2).max(4096).optional().describe("Of trained vectors [default: 100]"),
    window: z.int().min(1).optional().describe("Tokens on each side that are context [default: 5]"),
    negatives: z.int().min(1).optional().describe("Tokens drawn against each context token [default: 5]"),
    epochs: z.int().min(1).optional().describe("Passes over the corpus [default: 3]"),
    learning_rate: z.number().positive().optional().describe("Falls to 0 over the training [default: 0.05]"),
    min_count: z
      .int()
      .min(1)
      .optional()
      .describe("Rarer tokens have no vector of their own, only their n-grams' [default: 5]"),
    subsample: z
      .number()
      .positive()
      .optional()
      .describe("Tokens of a larger share are left out at random [default: 1e-4]"),
    ngram_min: z.int().min(1).optional().describe("Shortest n-gram, in characters [default: 3]"),
    ngram_max: z.int().min(1).optional().describe("Longest n-gram [default: 6]"),
    buckets: z.int().min(1).optional().describe("Vectors that n-grams share [default: 131072]"),
  })
  .describe("The auxiliary space in which tokens are compared (focus, ofa, tokenadapt, omp).");

export const initializerOptionsSchema = z
  .strictObject({
    method: z.enum(initializerNames).describe("How rows of new tokens begin."),
    by: z
      .enum(["position", "frequency"])
      .optional()
      .describe("What weights the pieces (weighted-mean) [default: position]"),
    decay: z
      .number()
      .min(0)
      .max(100)
      .optional()
      .describe("By position: how fast weights fall from piece to piece [default: 2]"),
    smoothing: z
      .number()
      .positive()
      .optional()
      .describe("By frequency: a in a / (a + share of the corpus) [default: 1e-3]"),
    norms: z
      .enum(["distribution", "drawn"])
      .optional()
      .describe(
        "Lengths of random rows: as the distribution gives them, or of an original row drawn for each [default: distribution]",
      ),
    neighbours: z
      .int()
      .min(1)
      .optional()
      .describe("Nearest tokens that make up a row (wechsel, ofa, tokenadapt) [default: 10]"),
    temperature: z
      .number()
      .positive()
      .optional()
      .describe("Of the softmax over cosines [default: 0.1; tokenadapt 0.3]"),
    global_weight: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe("Share of the nearest tokens, beside the pieces (tokenadapt) [default: 0.3]"),
    dimensions: z
      .int()
      .min(1)
      .optional()
      .describe("Singular vectors that are kept (ofa) [default: half of the model's width]"),
    sparsity: z.int().min(1).optional().describe("Tokens that make up a row (omp) [default: 8]"),
    source_vectors: z
      .string()
      .optional()
      .describe("Word vectors of the original language, .vec, the most frequent words first (wechsel)."),
    target_vectors: z.string().optional().describe("Word vectors of the new language, .vec (wechsel)."),
    dictionary: z.string().optional().describe("Pairs of words, original and new language, two columns (wechsel)."),
    max_words: z.int().min(1).optional().describe("Words that are read of each file (wechsel) [default: 200000]"),
    vectors: vectors.optional(),
  })
  .superRefine((options, context) => {
    const { options: known, requires = [] }: Initializer = initializers[options.method];
    for (const key of Object.keys(options) as (keyof typeof options)[]) {
      if (key === "method" || options[key] === undefined || known.includes(key)) continue;
      context.addIssue({ code: "custom", path: [key], message: `does not count with ${options.method}` });
    }
    for (const key of requires) {
      if (options[key] !== undefined) continue;
      context.addIssue({ code: "custom", path: [key], message: `${options.method} needs it` });
    }
    const { file, ...training } = options.vectors ?? {};
    for (const key of Object.keys(file === undefined ? {} : training)) {
      context.addIssue({
        code: "custom",
        path: ["vectors", key],
        message: "does not count where vectors.file is given",
      });
    }
    const { ngram_min = 3, ngram_max = 6 } = options.vectors ?? {};
    if (ngram_min > ngram_max) {
      context.addIssue({ code: "custom", path: ["vectors", "ngram_min"], message: "is longer than ngram_max" });
    }
  });

export type InitializerOptions = z.infer<typeof initializerOptionsSchema>;
export type VectorOptions = z.infer<typeof vectors>;

/** A name, or a map. A name that needs options is a fault. */
export const initializerSchema = z.union([
  z.enum(initializerNames).superRefine((name, context) => {
    const { requires = [] }: Initializer = initializers[name];
    if (requires.length === 0) return;
    context.addIssue({ code: "custom", message: `${name} needs ${requires.join(", ")}: { method: ${name}, … }` });
  }),
  initializerOptionsSchema,
]);

export type InitializerChoice = z.infer<typeof initializerSchema>;

export function initializerOptions(choice: InitializerChoice): InitializerOptions {
  return typeof choice === "string" ? { method: choice } : choice;
}

/** The options without the files that they name, and those files by key. */
export function filesOfInitializer(options: InitializerOptions): { rest: unknown; files: Record<string, string> } {
  const keys = ["source_vectors", "target_vectors", "dictionary"] as const satisfies readonly OptionName[];
  const files: Record<string, string> = {};
  const rest: Record<string, unknown> = { ...options };
  for (const key of keys) {
    if (options[key] === undefined) continue;
    files[key] = options[key];
    rest[key] = null;
  }
  if (options.vectors?.file !== undefined) {
    files["vectors.file"] = options.vectors.file;
    rest.vectors = { ...options.vectors, file: null };
  }
  return { rest, files };
}
