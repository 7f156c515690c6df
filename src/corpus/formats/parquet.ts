import { CorpusError } from "../../errors.js";
import type { CorpusFile } from "../corpus-files.js";
import { readParquetColumn } from "../parquet-column.js";

/** Parquet: one document a row, in the column `text`. Throws `CorpusError` naming the file and the row. */
export async function* readParquetTexts(file: CorpusFile): AsyncGenerator<string> {
  for await (const { value, row } of readParquetColumn(file, "text")) {
    if (typeof value !== "string") {
      throw new CorpusError("corpus.no_text", `${file.path}: row ${row} has no text in column "text"`);
    }
    yield value;
  }
}
