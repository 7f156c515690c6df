import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CorpusError } from "../errors.js";
import { temporaryFolder } from "../temporary-folder.js";
import type { CorpusFile } from "./corpus-files.js";
import { openBytes } from "./open-bytes.js";
import { readParquetRows } from "./parquet-rows.js";

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
    yield* valuesOf(file.path, file.path, column);
    return;
  }
  const folder = ownWork(() => temporaryFolder("parquet"));
  try {
    const unpacked = path.join(folder, "corpus.parquet");
    await unpack(file, unpacked);
    yield* valuesOf(unpacked, file.path, column);
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

async function* valuesOf(
  from: string,
  source: string,
  column: string,
): AsyncGenerator<{ value: unknown; row: number }> {
  for await (const { values, row } of readParquetRows(from, source, column)) yield { value: values[column], row };
}
