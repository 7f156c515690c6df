import { z } from "zod";

/** Text files as a section of a recipe: what `readCorpus` takes, without filters. */
export const textFilesSchema = z
  .strictObject({
    files: z.array(z.string()).min(1).describe("Globs of .txt, .jsonl, .parquet, each also .gz or .zst."),
    documents: z.enum(["file", "blank_lines"]).default("file").describe("What a document is in a .txt file."),
  })
  .describe("Text files.");
