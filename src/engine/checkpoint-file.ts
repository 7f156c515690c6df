/**
 * The file format of training checkpoints: a head of JSON, flat float32 arrays as they are in memory, and a
 * SHA-256 over both. A file appears under its name only when it is whole and on disk.
 */
import { createHash } from "node:crypto";
import { closeSync, openSync, statSync } from "node:fs";
import { readFully } from "../read-fully.js";
import { createStreamedOutput } from "../streamed-output.js";
import type { FlatArray, TrainingSession } from "./session.js";

export type FlatArrays = Pick<TrainingSession, "layout" | "read" | "write">;

export interface CheckpointHead {
  /** Which training it belongs to, see fingerprint.ts. */
  fingerprint: string;
  /** Of lep, for messages. */
  version: string;
  /** Numbers in each array. */
  size: number;
  /** In the order of the file. */
  arrays: readonly FlatArray[];
}

/** A change of the format is another magic. */
const magic = "lepckp02";
const prefixBytes = 12;
const digestBytes = 32;
const pieceNumbers = 1 << 20;

/** Throws `LepError` naming `file` where it cannot be written; nothing of it is left then. */
export function writeCheckpointFile(file: string, head: CheckpointHead, trained: FlatArrays): void {
  const output = createStreamedOutput(file);
  try {
    const hash = createHash("sha256");
    const write = (data: Uint8Array): void => {
      hash.update(data);
      output.write(data);
    };
    write(encodeHead(head));
    forPieces(head, (array, at, piece) => {
      trained.read(array, at, piece);
      write(bytesOf(piece));
    });
    output.write(hash.digest());
    output.finish();
  } catch (error) {
    output.discard();
    throw error;
  }
}

/**
 * The head of a whole file; where it is none, why: the end of a sentence that begins with its name. With `wholly`
 * false only the head is read: enough to know what a file is that is not going to be used.
 */
export function readCheckpointHead<Head extends CheckpointHead>(
  file: string,
  wholly = true,
): { head: Head } | { fault: string } {
  try {
    return withFile(file, (handle) => {
      const bytes = statSync(file).size;
      const prefix = Buffer.alloc(prefixBytes);
      if (readFully(handle, prefix, 0) < prefixBytes) return { fault: "is cut short" };
      const kind = prefix.toString("latin1", 0, 8);
      if (kind !== magic) {
        const known = /^lepckp\d\d$/.test(kind);
        return { fault: known ? "was written by another version of lep, in another format" : "is no checkpoint" };
      }
      const dataEnd = bytes - digestBytes;
      const headEnd = prefixBytes + prefix.readUInt32LE(8);
      if (dataEnd < headEnd) return { fault: "is cut short" };
      const digest = Buffer.alloc(digestBytes);
      if (wholly && (readFully(handle, digest, dataEnd) < digestBytes || !digest.equals(hashUpTo(handle, dataEnd)))) {
        return { fault: "is damaged: its SHA-256 is another" };
      }
      const json = Buffer.alloc(headEnd - prefixBytes);
      readFully(handle, json, prefixBytes);
      return { head: JSON.parse(json.toString("utf8")) as Head };
    });
  } catch (error) {
    return { fault: `cannot be read: ${(error as Error).message}` };
  }
}

/** Puts the arrays of a file that `readCheckpointHead` found whole into place. */
export function loadCheckpointFile(file: string, head: CheckpointHead, trained: FlatArrays): void {
  withFile(file, (handle) => {
    const prefix = Buffer.alloc(prefixBytes);
    readFully(handle, prefix, 0);
    let from = prefixBytes + prefix.readUInt32LE(8);
    forPieces(head, (array, at, piece) => {
      if (readFully(handle, bytesOf(piece), from) < piece.byteLength)
        throw new Error(`${file}: became shorter while it was read`);
      from += piece.byteLength;
      trained.write(array, at, piece);
    });
  });
}

function forPieces(
  { arrays, size }: CheckpointHead,
  visit: (array: FlatArray, at: number, piece: Float32Array) => void,
): void {
  const room = new Float32Array(Math.min(size, pieceNumbers));
  for (const array of arrays) {
    for (let at = 0; at < size; at += pieceNumbers)
      visit(array, at, room.subarray(0, Math.min(pieceNumbers, size - at)));
  }
}

function encodeHead(head: CheckpointHead): Buffer {
  const json = Buffer.from(JSON.stringify(head));
  const prefix = Buffer.alloc(prefixBytes);
  prefix.write(magic, "latin1");
  prefix.writeUInt32LE(json.length, 8);
  return Buffer.concat([prefix, json]);
}

function hashUpTo(handle: number, end: number): Buffer {
  const hash = createHash("sha256");
  const piece = new Uint8Array(4 * pieceNumbers);
  for (let at = 0; at < end; at += piece.length) {
    const part = piece.subarray(0, Math.min(piece.length, end - at));
    readFully(handle, part, at);
    hash.update(part);
  }
  return hash.digest();
}

function withFile<T>(file: string, use: (handle: number) => T): T {
  const handle = openSync(file, "r");
  try {
    return use(handle);
  } finally {
    closeSync(handle);
  }
}

const bytesOf = (numbers: Float32Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
