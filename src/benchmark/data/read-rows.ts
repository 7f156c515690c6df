import { longestWhole, readJsonl } from "../../corpus/jsonl.js";
import { readParquetRows } from "../../corpus/parquet-rows.js";
import { BenchmarkError } from "../../errors.js";

export interface PlacedRow {
  value: unknown;
  /** File and line or row, for messages. */
  place: string;
}

/**
 * The rows of a split's files, one file after the other: JSON lines (also .gz and .zst) or parquet.
 * Throws `BenchmarkError` and `CorpusError` naming file and place.
 */
export async function* readRows(files: readonly string[]): AsyncGenerator<PlacedRow> {
  for (const file of files) {
    if (/\.parquet$/.test(file)) {
      for await (const { values, row } of readParquetRows(file)) {
        yield { value: plainNumbers(values), place: `${file}: row ${row}` };
      }
    } else if (/\.jsonl?(\.gz|\.zst)?$/.test(file)) {
      for await (const { value, line } of readJsonl(file, longestWhole))
        yield { value, place: `${file}: line ${line}` };
    } else {
      throw new BenchmarkError("benchmark.unknown_format", `${file}: items are read from JSON lines and parquet only`, {
        hint: "Unpack a compressed parquet file first.",
      });
    }
  }
}

/** Parquet's 64-bit integers come as bigint, which JSON does not know. */
function plainNumbers(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plainNumbers);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainNumbers(inner)]));
}
