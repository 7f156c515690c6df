import { closeSync, createReadStream, openSync, readSync } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { Decompress } from "fzstd";
import { CorpusError } from "../errors.js";
import type { CorpusFile } from "./corpus-files.js";
import { createZstdHeaderCheck } from "./zstd-headers.js";

/**
 * The bytes of a file, decompressed where its name says so, piece by piece.
 * Throws `CorpusError` naming the file: `corpus.unreadable`, `corpus.truncated`, `corpus.broken_compression`.
 */
export async function* openBytes(file: CorpusFile): AsyncGenerator<Uint8Array> {
  try {
    if (file.compression === "gz") yield* gunzipped(file.path);
    else if (file.compression === "zst") yield* unzstd(file.path);
    else yield* createReadStream(file.path) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw error instanceof CorpusError ? error : unreadable(file.path, error);
  }
}

/** The error for a file that the operating system does not let us read. */
export function unreadable(path: string, cause: unknown): CorpusError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CorpusError("corpus.unreadable", `${path} cannot be read: ${reason}`, { cause });
}

async function* gunzipped(path: string): AsyncGenerator<Uint8Array> {
  startsWithBytes(path, [0x1f, 0x8b], "gzip");
  // The callback form hands a read error over to the reader of `gunzip`; what it reports arrives there.
  const gunzip = pipeline(createReadStream(path), createGunzip(), () => {});
  try {
    yield* gunzip as AsyncIterable<Uint8Array>;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "";
    if (code === "Z_BUF_ERROR") throw truncated(path, "gzip", cause);
    if (code.startsWith("Z_")) throw broken(path, "gzip", cause);
    throw cause;
  }
}

// Small steps: 4 bytes of a zstd file can stand for a block of 128 KiB, and all that a step gives (16 MiB) is held at once.
const zstdStep = 512;
const skippable = [0x50, 0x2a, 0x4d, 0x18];

async function* unzstd(path: string): AsyncGenerator<Uint8Array> {
  startsWithBytes(path, [0x28, 0xb5, 0x2f, 0xfd], "zstd", skippable);
  const ready: Uint8Array[] = [];
  const decompressor = new Decompress((piece) => ready.push(piece));
  const checkHeaders = createZstdHeaderCheck();
  const push = (piece: Uint8Array, final: boolean): Uint8Array[] => {
    try {
      checkHeaders(piece);
      decompressor.push(piece, final);
    } catch (cause) {
      throw final ? truncated(path, "zstd", cause) : broken(path, "zstd", cause);
    }
    return ready.splice(0);
  };
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) {
    for (let at = 0; at < chunk.length; at += zstdStep) yield* push(chunk.subarray(at, at + zstdStep), false);
  }
  yield* push(new Uint8Array(0), true);
}

/** Empty and mislabelled files are told apart from broken ones before any decompressor sees them. */
function startsWithBytes(path: string, magic: number[], kind: string, other?: number[]): void {
  const head = Buffer.alloc(4);
  const handle = openSync(path, "r");
  let length: number;
  try {
    length = readSync(handle, head, 0, 4, 0);
  } finally {
    closeSync(handle);
  }
  if (length < magic.length) throw truncated(path, kind, undefined);
  const isMagic = magic.every((byte, i) => head[i] === byte);
  // Skippable frames have 16 magic numbers that differ in the low half of the first byte.
  const isOther = other?.every((byte, i) => (i === 0 ? head[0]! >> 4 === byte >> 4 : head[i] === byte)) ?? false;
  if (isMagic || isOther) return;
  throw new CorpusError("corpus.broken_compression", `${path} is not a ${kind} file, although its name says so`);
}

const truncated = (path: string, kind: string, cause: unknown): CorpusError =>
  new CorpusError("corpus.truncated", `${path} ends in the middle of its ${kind} data`, {
    cause,
    hint: "The file was cut off, for instance by a broken download; fetch it again.",
  });

const broken = (path: string, kind: string, cause: unknown): CorpusError =>
  new CorpusError("corpus.broken_compression", `${path}: broken ${kind} data (${(cause as Error).message})`, { cause });
