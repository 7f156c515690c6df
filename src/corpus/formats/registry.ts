import type { CorpusFile } from "../corpus-files.js";
import { readJsonlTexts } from "./jsonl.js";
import { readParquetTexts } from "./parquet.js";
import { readTxtTexts } from "./txt.js";

/** How text files are cut into documents: one a file, or one between blank lines. Other formats have their own documents. */
export type DocumentRule = "file" | "blank_lines";

/** Yields the texts of a file in order, as a stream. */
export type FormatReader = (file: CorpusFile, documents: DocumentRule) => AsyncIterable<string>;

/** By file name extension. */
export const formats = {
  txt: readTxtTexts,
  jsonl: readJsonlTexts,
  parquet: readParquetTexts,
} as const satisfies Record<string, FormatReader>;

export type FormatName = keyof typeof formats;
export const formatNames = Object.keys(formats) as FormatName[];
export const isFormatName = (name: string): name is FormatName => Object.hasOwn(formats, name);
