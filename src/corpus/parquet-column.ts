import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, type SchemaElement } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { CorpusError } from "../errors.js";
import type { CorpusFile } from "./corpus-files.js";
import { openBytes } from "./open-bytes.js";

// A row group is held in memory as a whole; one beyond these bounds would defeat reading as a stream.
const largestRowGroupBytes = 2 ** 30;
const largestRowGroupRows = 2 ** 24;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const parsers = { stringFromBytes: (bytes: Uint8Array) => bytes && decoder.decode(bytes) };

/**
 * The values of one column of a parquet file, nested ones as lists and objects, one row group in memory at a time.
 * A compressed file is unpacked beside the system's temporary files first, since the format needs random access.
 * Throws `CorpusError` naming the file and the row; `corpus.no_<column>` where there is no such column.
 */
export async function* readParquetColumn(
  file: CorpusFile,
  column: string,
): AsyncGenerator<{ value: unknown; row: number }> {
  if (file.compression === "none") {
    yield* rows(file.path, file.path, column);
    return;
  }
  const folder = ownWork(() => mkdtempSync(path.join(tmpdir(), "lep-parquet-")));
  try {
    const unpacked = path.join(folder, "corpus.parquet");
    await unpack(file, unpacked);
    yield* rows(unpacked, file.path, column);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function unpack(file: CorpusFile, to: string): Promise<void> {
  const handle = ownWork(() => openSync(to, "w"));
  try {
    for await (const piece of openBytes(file)) {
      ownWork(() => {
        for (let at = 0; at < piece.length; ) at += writeSync(handle, piece, at);
      });
    }
  } finally {
    closeSync(handle);
  }
}

/** A full or read-only disk is no fault of the corpus, and must say so. */
function ownWork<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new CorpusError(
      "corpus.no_temporary_space",
      `a compressed parquet file cannot be unpacked in ${tmpdir()}: ${(cause as Error).message}`,
      { cause, exitCode: 1, hint: "Free some space, name another folder in TMPDIR, or unpack the file yourself." },
    );
  }
}

async function* rows(from: string, source: string, column: string): AsyncGenerator<{ value: unknown; row: number }> {
  const broken = (cause: unknown, place: string): CorpusError =>
    new CorpusError("corpus.broken_parquet", `${source}: ${place} cannot be read (${(cause as Error).message})`, {
      cause,
    });
  const file = await asyncBufferFromFile(from).catch((cause) => {
    throw broken(cause, "the file");
  });
  const metadata = await parquetMetadataAsync(file).catch((cause) => {
    throw broken(cause, "the footer");
  });
  if (!columnNames(metadata.schema).includes(column)) {
    throw new CorpusError(`corpus.no_${column}`, `${source}: there is no column "${column}"`, {
      hint: `Columns: ${columnNames(metadata.schema).slice(0, 12).join(", ")}.`,
    });
  }
  let rowStart = 0;
  for (const [index, group] of metadata.row_groups.entries()) {
    const rowEnd = rowStart + Number(group.num_rows);
    const chunks = group.columns.filter(({ meta_data }) => meta_data?.path_in_schema[0] === column);
    const bytes = chunks.reduce((sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0), 0);
    if (!(rowEnd - rowStart <= largestRowGroupRows && bytes <= largestRowGroupBytes)) {
      throw new CorpusError(
        "corpus.row_group_too_large",
        `${source}: row group ${index} has ${rowEnd - rowStart} rows, ${bytes} bytes`,
        {
          hint: "Write the file with smaller row groups (at most 1 GiB of text each).",
        },
      );
    }
    const options = { file, metadata, columns: [column], rowStart, rowEnd, compressors, parsers };
    const values = await parquetReadObjects(options).catch((cause) => {
      throw broken(cause, `row group ${index}`);
    });
    if (values.length !== rowEnd - rowStart) throw broken(new Error("rows are missing"), `row group ${index}`);
    for (const [i, row] of values.entries()) yield { value: row[column], row: rowStart + i };
    rowStart = rowEnd;
  }
}

/** Names of the columns themselves, without what is nested in them. The schema is a tree, depth first behind its root. */
function columnNames(schema: SchemaElement[]): string[] {
  const names: string[] = [];
  for (let at = 1; at < schema.length; ) {
    names.push(schema[at]!.name);
    for (let left = 1; left > 0 && at < schema.length; at++) left += (schema[at]!.num_children ?? 0) - 1;
  }
  return names;
}
