/**
 * The key-values at the head of a GGUF file, read piece by piece without the tensors behind them. Every count and length
 * is held against what is left of the file before anything is made of that size.
 * Source: docs/gguf.md of ggml-org/ggml.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { TokenizerError } from "../../errors.js";

export type GgufMetaValue = number | boolean | string | string[] | Float64Array | Uint8Array;

/** Bytes of a value by its type; text and lists have none of their own. */
const scalarBytes = [1, 1, 2, 2, 4, 4, 4, 1, undefined, undefined, 8, 8, 8] as const;
const [textType, listType, boolType] = [8, 9, 7];

/** Those with `prefix`, as far as they are numbers, texts or lists of them. Throws `TokenizerError` naming the key. */
export function readGgufMetadata(file: string, prefix: string): Map<string, GgufMetaValue> {
  let handle: number;
  try {
    handle = openSync(file, "r");
  } catch (cause) {
    throw new TokenizerError("tokenizer.unreadable", `${file}: the file cannot be read`, { cause });
  }
  try {
    return readKeyValues(handle, file, prefix);
  } finally {
    closeSync(handle);
  }
}

function readKeyValues(handle: number, file: string, prefix: string): Map<string, GgufMetaValue> {
  let place = "head";
  const fail = (fault: string): never => {
    throw new TokenizerError("tokenizer.gguf_invalid", `${file}: ${place}: ${fault}`, {
      hint: "The file is damaged or cut off.",
    });
  };
  const source = openPieces(handle, fail);
  if (source.take(4).toString("latin1") !== "GGUF") fail("not a GGUF file");
  const version = source.take(4).readUInt32LE();
  if (version !== 2 && version !== 3) fail(`GGUF version ${version} is not supported`);
  source.count("tensors", 1);
  const entries = source.count("keys", 13);
  const found = new Map<string, GgufMetaValue>();
  for (let i = 0; i < entries; i++) {
    place = `key ${i}`;
    const key = source.text("its name");
    place = `key ${JSON.stringify(key.slice(0, 80))}`;
    const type = source.take(4).readUInt32LE();
    if (key.startsWith(prefix)) {
      const value = readValue(source, type, fail);
      if (value !== undefined) found.set(key, value);
    } else skipValue(source, type, fail, 0);
  }
  return found;
}

/** No vocabulary has more tokens, and no chat template is longer: what says otherwise is damaged. */
const mostItems = 1 << 24;
const longestText = 1 << 24;

function bounded(length: number, most: number, fail: Fail): number {
  return length <= most ? length : fail(`${length} is too many`);
}

type Pieces = ReturnType<typeof openPieces>;
type Fail = (fault: string) => never;

function readValue(source: Pieces, type: number, fail: Fail): GgufMetaValue | undefined {
  if (type === textType) return source.text("its text");
  if (type !== listType) return readNumber(source, type, fail);
  const item = source.take(4).readUInt32LE();
  if (item === listType) {
    skipItems(source, item, fail, 0);
    return undefined;
  }
  if (item === textType) {
    const length = bounded(source.count("texts", 8), mostItems, fail);
    const texts: string[] = [];
    for (let i = 0; i < length; i++) texts.push(source.text(`text ${i}`));
    return texts;
  }
  const width = scalarBytes[item] ?? fail(`unknown type ${item}`);
  const length = bounded(source.count("numbers", width), mostItems, fail);
  if (width === 1) return Uint8Array.from(source.take(length));
  const numbers = new Float64Array(length);
  for (let i = 0; i < length; i++) numbers[i] = Number(readNumber(source, item, fail));
  return numbers;
}

function readNumber(source: Pieces, type: number, fail: Fail): number | boolean {
  const bytes = source.take(scalarBytes[type] ?? fail(`unknown type ${type}`));
  switch (type) {
    case boolType:
      return bytes[0] !== 0;
    case 6:
      return bytes.readFloatLE();
    case 10:
      return Number(bytes.readBigUInt64LE());
    case 11:
      return Number(bytes.readBigInt64LE());
    case 12:
      return bytes.readDoubleLE();
    default:
      // The even ones have no sign.
      return type % 2 === 0 ? bytes.readUIntLE(0, bytes.length) : bytes.readIntLE(0, bytes.length);
  }
}

function skipValue(source: Pieces, type: number, fail: Fail, depth: number): void {
  if (type === textType) source.skip(source.count("bytes", 1));
  else if (type === listType) skipItems(source, source.take(4).readUInt32LE(), fail, depth);
  else source.skip(scalarBytes[type] ?? fail(`unknown type ${type}`));
}

function skipItems(source: Pieces, type: number, fail: Fail, depth: number): void {
  if (depth > 4) fail("lists within lists within lists");
  const width = scalarBytes[type];
  const length = source.count("items", width ?? 8);
  if (width !== undefined) source.skip(length * width);
  else for (let i = 0; i < length; i++) skipValue(source, type, fail, depth + 1);
}

const pieceBytes = 1 << 20;

/** The file from its start, a piece in memory at a time. */
function openPieces(handle: number, fail: Fail) {
  const { size } = fstatSync(handle);
  let piece = Buffer.alloc(0);
  let at = 0;
  /** Of the byte behind `piece`. */
  let next = 0;
  const left = (): number => size - next + piece.length - at;
  const take = (length: number): Buffer => {
    if (length > left()) fail(`the file ends inside of it (${length} bytes are asked for, ${left()} are left)`);
    if (piece.length - at < length) {
      const rest = piece.subarray(at);
      const wanted = Math.min(size - next, Math.max(pieceBytes, length - rest.length));
      const read = Buffer.alloc(wanted);
      let filled = 0;
      while (filled < wanted) {
        const bytes = readSync(handle, read, filled, wanted - filled, next + filled);
        if (bytes === 0) fail("the file ends inside of it");
        filled += bytes;
      }
      next += wanted;
      piece = Buffer.concat([rest, read]);
      at = 0;
    }
    at += length;
    return piece.subarray(at - length, at);
  };
  const count = (of: string, width: number): number => {
    const value = take(8).readBigUInt64LE();
    if (value > BigInt(Math.floor(left() / width))) fail(`${value} ${of} do not fit into the file`);
    return Number(value);
  };
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return {
    take,
    count,
    skip(length: number): void {
      if (length > left()) fail("the file ends inside of it");
      const inside = Math.min(length, piece.length - at);
      at += inside;
      next += length - inside;
    },
    text(what: string): string {
      const bytes = take(bounded(count("bytes", 1), longestText, fail));
      try {
        return utf8.decode(bytes);
      } catch {
        return fail(`${what} is not valid UTF-8`);
      }
    },
  };
}
