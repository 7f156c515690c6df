/** A parquet file with one BYTE_ARRAY column. */
import { levels, parquetOf, plainValues, textLeaf } from "./parquet-parts.js";

/** `groups`: rows of each row group, as bytes or strings; null where the column has no value. */
export function parquetFile(
  groups: (string | Uint8Array | null)[][],
  { column = "text", codec = "none" }: { column?: string; codec?: "none" | "gzip" } = {},
): Buffer {
  const rowGroups = groups.map((rows) => {
    const definition = rows.map((row) => (row === null ? 0 : 1));
    const values = rows.flatMap((row) => (row === null ? [] : [Buffer.from(row as string)]));
    const page = Buffer.concat([levels(definition, 1), plainValues(values)]);
    return { rows: rows.length, columns: [{ path: [column], count: rows.length, page }] };
  });
  return parquetOf(rowGroups, [textLeaf(column)], 1, codec);
}
