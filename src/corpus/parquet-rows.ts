import { CorpusError } from "../errors.js";
import type { ParquetGroup } from "./parquet-child.js";
import { askFooter, askRows } from "./parquet-process.js";

// A row group is held in memory as a whole; one beyond these bounds would defeat reading as a stream.
const largestRowGroupBytes = 2 ** 30;
const largestRowGroupRows = 2 ** 24;

export interface ParquetRow {
  values: Record<string, unknown>;
  row: number;
}

/**
 * The rows of the parquet file `path`, one row group in memory at a time; with `column` only that one's values. `source` is what
 * messages call the file. Throws `CorpusError` naming it and the row group: `corpus.broken_parquet`,
 * `corpus.row_group_too_large`, `corpus.no_<column>`.
 */
export async function* readParquetRows(path: string, source = path, column?: string): AsyncGenerator<ParquetRow> {
  const footer = await askFooter({ path }, heapFor(0, 0)).catch((cause) => {
    throw broken(source, "the footer", cause);
  });
  if (column !== undefined && !footer.columns.includes(column)) {
    throw new CorpusError(`corpus.no_${column}`, `${source}: there is no column "${column}"`, {
      hint: `Columns: ${footer.columns.slice(0, 12).join(", ")}.`,
    });
  }
  let start = 0;
  for (const [index, group] of footer.groups.entries()) {
    const bytes = bytesOf(group, column);
    if (!(group.rows >= 0 && group.rows <= largestRowGroupRows && bytes >= 0 && bytes <= largestRowGroupBytes)) {
      const size = `row group ${index} has ${group.rows} rows, ${bytes} bytes`;
      throw new CorpusError("corpus.row_group_too_large", `${source}: ${size}`, {
        hint: "Write the file with smaller row groups (at most 1 GiB of text each).",
      });
    }
    const rows = await askRows({ path, group: index, column }, heapFor(group.rows, bytes)).catch((cause) => {
      throw broken(source, `row group ${index}`, cause);
    });
    for (const [i, values] of rows.entries()) yield { values, row: start + i };
    start += group.rows;
  }
}

const bytesOf = ({ bytes }: ParquetGroup, column: string | undefined): number =>
  column === undefined ? Object.values(bytes).reduce((sum, one) => sum + one, 0) : (bytes[column] ?? 0);

/** Megabytes: what the footer says, as objects, and room to work; few sizes, so that few processes serve many files. */
function heapFor(rows: number, bytes: number): number {
  const needed = 256 + 4 * (bytes / 2 ** 20) + (128 * rows) / 2 ** 20;
  return 2 ** Math.ceil(Math.log2(needed));
}

const broken = (source: string, place: string, cause: unknown): CorpusError =>
  new CorpusError("corpus.broken_parquet", `${source}: ${place} cannot be read (${(cause as Error).message})`, {
    cause,
  });
