/**
 * The head of a token file or a block index, 1024 bytes: 8 of magic with the version, the length of
 * what follows (uint32), JSON, zeros, and in the last 32 bytes the SHA-256 of all before. Of fixed
 * size, since it is written in the end, over a place left free.
 */
import { statSync } from "node:fs";
import { CorpusError } from "../errors.js";
import { readFully } from "../read-fully.js";
import { sha256 } from "../sha256.js";

export const headBytes = 1024;
const jsonAt = 12;
const digestAt = headBytes - 32;

/** `magic`: 8 ASCII characters. Throws `RangeError` where `values` are too long. */
export function encodeHead(magic: string, values: object): Buffer {
  const json = Buffer.from(JSON.stringify(values));
  if (jsonAt + json.length > digestAt) throw new RangeError(`a head of ${json.length} bytes`);
  const head = Buffer.alloc(headBytes);
  head.write(magic, "latin1");
  head.writeUInt32LE(json.length, 8);
  json.copy(head, jsonAt);
  head.write(digestOf(head), digestAt, "hex");
  return head;
}

/** The digest of a head that `encodeHead` made: it stands for the whole file where `values` hold the digest of the rest. */
export function digestOf(head: Buffer): string {
  return sha256(head.subarray(0, digestAt));
}

export interface HeadKind {
  magic: string;
  /** What messages call such a file. */
  name: string;
  /** Errors are `<code>.missing`, `<code>.format` and `<code>.damaged`. */
  code: string;
}

/** Throws `CorpusError` where `file` is absent, is no file of this kind, or its head is cut or changed. */
export function readHead<T>(handle: number, file: string, kind: HeadKind): { values: T; digest: string } {
  const head = Buffer.alloc(headBytes);
  const got = readFully(handle, head, 0);
  if (head.toString("latin1", 0, 8) !== kind.magic) {
    throw new CorpusError(`${kind.code}.format`, `${file}: not a ${kind.name} of this version`);
  }
  const digest = digestOf(head);
  if (got < headBytes || head.toString("hex", digestAt) !== digest) {
    throw damaged(kind, `${file}: its head (the first ${headBytes} bytes) is damaged`);
  }
  const values = JSON.parse(head.toString("utf8", jsonAt, jsonAt + head.readUInt32LE(8))) as T;
  return { values, digest };
}

/** Throws `CorpusError` where there is no such file; returns its size in bytes. */
export function sizeOf(file: string, kind: HeadKind): number {
  const place = statSync(file, { throwIfNoEntry: false });
  if (place?.isFile()) return place.size;
  throw place === undefined
    ? new CorpusError(`${kind.code}.missing`, `${file}: there is no such file`)
    : new CorpusError(`${kind.code}.format`, `${file}: not a file`);
}

/** Throws `CorpusError` where the file has another size than its head says. */
export function checkSize(file: string, bytes: number, expected: number, kind: HeadKind): void {
  if (bytes !== expected) throw damaged(kind, `${file}: ${bytes} bytes, but its head promises ${expected}`);
}

export function damaged(kind: HeadKind, message: string): CorpusError {
  return new CorpusError(`${kind.code}.damaged`, message, { hint: "Delete the file; it is made again from the text." });
}
