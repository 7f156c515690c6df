import { readFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../../../src/package-root.js";
import { loadRecipeToPlan } from "../../../src/recipe.js";
import type { FuzzReader } from "../fuzz-reader.js";
import { one } from "../seed-folder.js";

const shipped = ["tiny-extended", "llama3-optimized"].map((name) =>
  readFileSync(path.join(packageRoot(), "recipes", `${name}.yaml`), "utf8"),
);

/** Sections that the shipped ones do without. */
const others = `
name: r
models: {base: org/base@v1, instruct: data/tiny-instruct}
corpus:
  train: {ru: {files: [data/tiny/corpus/train.txt.gz], weight: 2}, en: {files: [data/tiny/corpus/replay.txt.gz], weight: 1}}
  sampling: {method: weights}
  validation: &held [data/tiny/corpus/validation.txt]
  filters: {min_characters: 10, script: {name: Cyrillic, min_share: 0.5}, exact_duplicates: true}
vocabulary: {method: bpe, size: 500}
report: {title: "A: b", corpora: {more: {files: *held}}}
`;

export const recipeReaders = {
  recipe: {
    seeds: () => [...shipped, others].map((text) => one("recipe.yaml", text)),
    read: (input) => loadRecipeToPlan(path.join(input, "recipe.yaml")),
    slowness: 10,
  },
} as const satisfies Record<string, FuzzReader>;
