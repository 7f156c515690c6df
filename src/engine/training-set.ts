/**
 * Training blocks in a file, of two kinds behind one interface. Packed: 16 bytes of head (magic, block
 * length, number of blocks), then each block as inputs, targets, weights and segments, 4 bytes a position,
 * little-endian. Or a block index (block-index.ts), whose blocks are cut from a token file as they are read.
 */
import { closeSync, fstatSync, openSync, statSync } from "node:fs";
import { CorpusError } from "../errors.js";
import { readFully } from "../read-fully.js";
import { createStreamedOutput } from "../streamed-output.js";
import { blockIndexKind } from "./block-index.js";
import { openTokenBlocks } from "./token-blocks.js";

/** One training block as the engine takes it: `T` positions, T the set's block length. */
export interface Block {
  /** Token ids, int32[T]. */
  inputs: Int32Array;
  /** The id to predict at each position, int32[T]. */
  targets: Int32Array;
  /** Loss weight of each position, float32[T]; 0 leaves the position out. */
  weights: Float32Array;
  /** A run of equal values is a segment: attention sees only its own, up to its own position. int32[T]; −1 marks padding. */
  segments: Int32Array;
}

export interface TrainingSetWriter {
  /** Throws `RangeError` where an array has another length than the set's blocks. */
  append(block: Block): void;
  /** Makes the set appear under its name. */
  finish(): void;
  /** Leaves nothing behind; the set is not written any further. */
  discard(): void;
  /** Blocks appended so far. */
  readonly blocks: number;
}

/** A whole set or none: `fill` appends its blocks, and a failure leaves nothing. Returns what `fill` does, and the number of blocks. */
export async function writeTrainingSet<T>(
  file: string,
  blockLength: number,
  fill: (append: TrainingSetWriter["append"]) => T | Promise<T>,
): Promise<{ result: T; blocks: number }> {
  const set = createTrainingSet(file, blockLength);
  try {
    const result = await fill(set.append);
    set.finish();
    return { result, blocks: set.blocks };
  } catch (error) {
    set.discard();
    throw error;
  }
}

export interface TrainingSet {
  readonly file: string;
  readonly blocks: number;
  readonly blockLength: number;
  /** A fresh copy of block `index`; throws `CorpusError` where the file ends early. */
  read(index: number): Block;
  close(): void;
}

const magic = "lepblk01";
const headBytes = 16;
const bytesPerPosition = 16;

/** Writes beside `file`; it appears under its name, replacing an older one, when `finish` is called. */
export function createTrainingSet(file: string, blockLength: number): TrainingSetWriter {
  if (!Number.isInteger(blockLength) || blockLength < 1) throw new RangeError(`block length ${blockLength}`);
  const output = createStreamedOutput(file);
  output.write(new Uint8Array(headBytes));
  let blocks = 0;
  return {
    get blocks() {
      return blocks;
    },
    append(block) {
      const parts = [block.inputs, block.targets, block.weights, block.segments];
      if (parts.some((part) => part.length !== blockLength)) throw new RangeError(`a block is not ${blockLength} long`);
      for (const part of parts) output.write(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
      blocks++;
    },
    finish() {
      const head = Buffer.alloc(headBytes);
      head.write(magic, "latin1");
      head.writeUInt32LE(blockLength, 8);
      head.writeUInt32LE(blocks, 12);
      output.overwrite(head, 0);
      output.finish();
    },
    discard: output.discard,
  };
}

/**
 * `file`: packed blocks or a block index. Throws `CorpusError` (`training_set.…`, and what `openTokenBlocks` throws)
 * where it is absent, is something else or is cut short.
 */
export function openTrainingSet(file: string): TrainingSet {
  const place = statSync(file, { throwIfNoEntry: false });
  if (place === undefined) throw new CorpusError("training_set.missing", `${file}: there is no such file`);
  if (!place.isFile()) throw new CorpusError("training_set.format", `${file}: not a file`);
  const handle = openSync(file, "r");
  const head = Buffer.alloc(headBytes);
  const got = readFully(handle, head, 0);
  if (head.toString("latin1", 0, 8) !== blockIndexKind.magic) return openPacked(file, handle, head.subarray(0, got));
  closeSync(handle);
  return openTokenBlocks(file);
}

function openPacked(file: string, handle: number, head: Buffer): TrainingSet {
  try {
    const bytes = fstatSync(handle).size;
    if (head.length < headBytes || head.toString("latin1", 0, 8) !== magic) {
      throw new CorpusError("training_set.format", `${file}: not a training set`);
    }
    const blockLength = head.readUInt32LE(8);
    const blocks = head.readUInt32LE(12);
    const blockBytes = blockLength * bytesPerPosition;
    const expected = headBytes + blocks * blockBytes;
    if (blockLength === 0 || bytes !== expected) throw truncated(file, bytes, expected);
    return {
      file,
      blocks,
      blockLength,
      read(index) {
        if (!Number.isInteger(index) || index < 0 || index >= blocks)
          throw new RangeError(`block ${index} of ${blocks}`);
        const data = new ArrayBuffer(blockBytes);
        const start = headBytes + index * blockBytes;
        const view = new Uint8Array(data);
        const got = readFully(handle, view, start);
        if (got < blockBytes) throw truncated(file, start + got, expected);
        return {
          inputs: new Int32Array(data, 0, blockLength),
          targets: new Int32Array(data, 4 * blockLength, blockLength),
          weights: new Float32Array(data, 8 * blockLength, blockLength),
          segments: new Int32Array(data, 12 * blockLength, blockLength),
        };
      },
      close: () => closeSync(handle),
    };
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}

function truncated(file: string, bytes: number, expected: number): CorpusError {
  return new CorpusError("training_set.truncated", `${file}: ${bytes} bytes, but its head promises ${expected}`, {
    hint: "Delete the file; the stage writes it again.",
  });
}
