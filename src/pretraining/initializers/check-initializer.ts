/** Faults of an initialiser that its options and files show, before a model or a tokenizer is there. */
import { RecipeError } from "../../errors.js";
import { readPairs } from "../auxiliary/bilingual-vectors.js";
import { readWordVectors } from "../auxiliary/word-vectors.js";
import type { Initializer } from "./initializer.js";
import type { InitializerOptions } from "./options.js";
import { initializers } from "./registry.js";

/** Throws `RecipeError` where an option is missing, or the initialiser reads text and there is none. */
export function checkInitializer(options: InitializerOptions, hasText: boolean): void {
  const { method } = options;
  const { needsText, requires = [] }: Initializer = initializers[method];
  const missing = requires.filter((key) => options[key] === undefined);
  if (missing.length > 0) {
    throw new RecipeError("initializer.option_missing", `the initializer ${method} needs ${missing.join(", ")}`);
  }
  if (hasText || needsText?.(options) !== true) return;
  const isTrained = method !== "weighted-mean";
  throw new RecipeError("initializer.no_corpus", `the initializer ${method} needs a corpus`, {
    hint: `Name text of the new language with --corpus${isTrained ? ", or give vectors with --vectors-file" : ""}.`,
  });
}

/** Reads the files that the options name. Throws `CorpusError` where one is damaged, or they do not fit together. */
export async function checkInitializerFiles(options: InitializerOptions): Promise<void> {
  if (options.method === "wechsel") await readPairs(options);
  if (options.vectors?.file !== undefined) for await (const _ of readWordVectors(options.vectors.file));
}
