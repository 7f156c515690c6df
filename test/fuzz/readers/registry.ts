/** Every reader of files and answers that somebody else may have made. */
import type { FuzzReader } from "../fuzz-reader.js";
import { databaseReaders } from "./database.js";
import { hubReaders } from "./hub.js";
import { modelFileReaders } from "./model-files.js";
import { recipeReaders } from "./recipe.js";
import { textReaders } from "./texts.js";
import { tokenizerReaders } from "./tokenizers.js";

export const readers: Readonly<Record<string, FuzzReader>> = {
  ...modelFileReaders,
  ...tokenizerReaders,
  ...recipeReaders,
  ...textReaders,
  ...hubReaders,
  ...databaseReaders,
};
