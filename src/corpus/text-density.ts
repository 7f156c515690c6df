/** Characters of text in a byte of a file, from its beginning. */
import { closeSync, openSync } from "node:fs";
import { constants, gunzipSync } from "node:zlib";
import { Decompress } from "fzstd";
import { asyncBufferFromFile, parquetMetadataAsync } from "hyparquet";
import { readFully } from "../read-fully.js";
import type { Compression, CorpusFile } from "./corpus-files.js";
import { countCharacters } from "./filters.js";

const headBytes = 1 << 18;

/** `texts`: some documents of the file, for formats whose beginning does not show any. */
export async function textDensity(file: CorpusFile, texts: readonly string[]): Promise<number> {
  if (file.format === "parquet" && file.compression === "none") return densityOfParquet(file.path, texts);
  const head = beginning(file.path);
  const content = unpacked(head, file.compression);
  const expansion = content.length / Math.max(1, head.length);
  if (file.format === "parquet") return expansion * charactersPerByte(texts);
  return expansion * (file.format === "jsonl" ? densityOfLines(content) : densityOfText(content));
}

function beginning(path: string): Buffer {
  const handle = openSync(path, "r");
  try {
    const head = Buffer.alloc(headBytes);
    return head.subarray(0, readFully(handle, head, 0));
  } finally {
    closeSync(handle);
  }
}

/** What the beginning of a compressed file holds, as far as it goes. */
function unpacked(head: Buffer, compression: Compression): Uint8Array {
  if (compression === "none") return head;
  if (compression === "gz") return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  const pieces: Uint8Array[] = [];
  new Decompress((piece) => pieces.push(piece)).push(head, false);
  return Buffer.concat(pieces);
}

const densityOfText = (content: Uint8Array): number => countCharacters(decoded(content)) / Math.max(1, content.length);

/** Of lines of JSON, the characters of their text to the bytes of all of it. */
function densityOfLines(content: Uint8Array): number {
  const lines = decoded(content).split("\n");
  // The last line may be cut; a single one is all there is to go by.
  if (lines.length > 1) lines.pop();
  let characters = 0;
  let bytes = 0;
  for (const line of lines) {
    bytes += Buffer.byteLength(line) + 1;
    characters += countCharacters(textOf(line));
  }
  return characters / Math.max(1, bytes);
}

function textOf(line: string): string {
  try {
    const { text } = JSON.parse(line) as { text?: unknown };
    return typeof text === "string" ? text : "";
  } catch {
    return line;
  }
}

async function densityOfParquet(path: string, texts: readonly string[]): Promise<number> {
  const buffer = await asyncBufferFromFile(path);
  const { row_groups } = await parquetMetadataAsync(buffer);
  const bytes = row_groups
    .flatMap(({ columns }) => columns)
    .filter(({ meta_data }) => meta_data?.path_in_schema[0] === "text")
    .reduce((sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0), 0);
  return (bytes * charactersPerByte(texts)) / buffer.byteLength;
}

function charactersPerByte(texts: readonly string[]): number {
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return texts.reduce((sum, text) => sum + countCharacters(text), 0) / Math.max(1, bytes);
}

const decoded = (content: Uint8Array): string => new TextDecoder().decode(content);
