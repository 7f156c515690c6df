/**
 * Reads one safetensors file: 8 bytes of header length (little-endian), a JSON header of name → dtype, shape and
 * byte range, then the tensors back to back. Nothing of the tensors is read before it is asked for.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { CheckpointError } from "../errors.js";
import { bytesPerElement, type TensorType } from "./float-formats.js";
import { parseHeader } from "./safetensors-header.js";

export interface TensorInfo {
  name: string;
  dtype: TensorType;
  shape: number[];
  bytes: number;
  file: string;
}

export interface SafetensorsFile {
  readonly file: string;
  /** In the order of their bytes in the file. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** `bytes` bytes of a tensor from `start` on, counted from the tensor's first; all of it by default. `into` the beginning of an array, where one is given. */
  read(name: string, start?: number, bytes?: number, into?: Uint8Array): Uint8Array;
  close(): void;
}

/** The same bound as in the reference implementation; real headers are below 1 MB. */
const largestHeader = 100_000_000;
/** A single read call takes no more than 2^31 - 1 bytes. */
const largestRead = 1 << 30;

/** Throws `CheckpointError` naming the file and the tensor for anything that does not fit together. */
export function openSafetensors(file: string): SafetensorsFile {
  const fail = (code: string, fault: string, hint?: string): CheckpointError =>
    new CheckpointError(`checkpoint.${code}`, `${file}: ${fault}`, hint === undefined ? {} : { hint });
  let handle: number;
  try {
    handle = openSync(file, "r");
  } catch (cause) {
    throw new CheckpointError("checkpoint.unreadable", `${file}: ${(cause as Error).message}`, { cause });
  }
  const readAt = (start: number, bytes: number, what: string, place?: Uint8Array): Uint8Array => {
    let into: Uint8Array;
    try {
      into = place?.subarray(0, bytes) ?? new Uint8Array(bytes);
    } catch (cause) {
      throw new CheckpointError("checkpoint.too_large", `${file}: ${what}: ${bytes} bytes do not fit into memory`, {
        cause,
      });
    }
    for (let done = 0; done < bytes; ) {
      const got = readSync(handle, into, done, Math.min(bytes - done, largestRead), start + done);
      if (got === 0) throw fail("truncated", `${what}: the file ends after ${start + done} bytes`);
      done += got;
    }
    return into;
  };
  try {
    const state = fstatSync(handle);
    if (!state.isFile()) throw fail("unreadable", "not a file");
    if (state.size < 8) throw fail("truncated", `${state.size} bytes are too few for a safetensors file`);
    const head = readAt(0, 8, "header length");
    const headerBytes = Number(new DataView(head.buffer).getBigUint64(0, true));
    if (headerBytes > largestHeader) throw fail("header_invalid", "not a safetensors file (absurd header length)");
    if (8 + headerBytes > state.size) {
      throw fail("truncated", `the header needs ${headerBytes} bytes, but the file has ${state.size}`);
    }
    const entries = parseHeader(readAt(8, headerBytes, "header"), file);
    const dataStart = 8 + headerBytes;
    const expected = dataStart + (entries.at(-1)?.end ?? 0);
    if (state.size < expected) {
      const cut = entries.find((entry) => dataStart + entry.end > state.size)!;
      throw fail(
        "truncated",
        `${state.size} bytes, but the header promises ${expected}; ${cut.name} is cut or missing`,
        "Copy or download the file again.",
      );
    }
    if (state.size > expected) throw fail("trailing_bytes", `${state.size - expected} bytes behind the last tensor`);
    const tensors = new Map<string, TensorInfo>();
    const starts = new Map<string, number>();
    for (const { name, dtype, shape, start, end } of entries) {
      tensors.set(name, { name, dtype, shape, bytes: end - start, file });
      starts.set(name, dataStart + start);
    }
    return {
      file,
      tensors,
      read(name, start = 0, bytes, into) {
        const info = tensors.get(name);
        if (info === undefined) throw fail("missing_tensor", `there is no tensor ${name}`);
        const length = bytes ?? info.bytes - start;
        if (start < 0 || length < 0 || start + length > info.bytes || start % bytesPerElement[info.dtype] !== 0) {
          throw new RangeError(`${name}: bytes ${start} to ${start + length} of ${info.bytes}`);
        }
        return readAt(starts.get(name)! + start, length, name, into);
      },
      close: () => closeSync(handle),
    };
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}
