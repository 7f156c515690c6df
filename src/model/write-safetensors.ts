/** Writes one safetensors file: header first, then the tensors in the order given, each streamed piece by piece. */
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { removeIfThere } from "../remove-if-there.js";
import { writeFault } from "../write-fault.js";
import { type TensorSource, tensorBytes, tensorData } from "./tensor-source.js";

/** On failure the file is removed. Throws `LepError` with the cause where it cannot be written. */
export function writeSafetensors(file: string, tensors: readonly TensorSource[]): void {
  writeStreamed(file, function* () {
    yield safetensorsHeader(tensors);
    for (const tensor of tensors) yield* tensorData(tensor);
  });
}

/** Length and JSON of a file's header: the tensors lie behind it in the given order. */
export function safetensorsHeader(tensors: readonly Pick<TensorSource, "name" | "shape" | "dtype">[]): Uint8Array {
  const entries: [string, unknown][] = [["__metadata__", { format: "pt" }]];
  const names = new Set<string>();
  let at = 0;
  for (const tensor of tensors) {
    if (names.has(tensor.name)) throw new RangeError(`two tensors are called ${tensor.name}`);
    names.add(tensor.name);
    const end = at + tensorBytes(tensor);
    entries.push([tensor.name, { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [at, end] }]);
    at = end;
  }
  const text = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  // Spaces behind the JSON let the tensors begin at a multiple of 8.
  const bytes = Buffer.alloc(8 + Math.ceil(text.length / 8) * 8, " ");
  bytes.writeBigUInt64LE(BigInt(bytes.length - 8));
  bytes.set(text, 8);
  return bytes;
}

/** One after the other, flushed to the disk. */
function writeStreamed(file: string, pieces: () => Iterable<Uint8Array>): void {
  let handle: number | undefined;
  try {
    handle = openSync(file, "w");
    for (const piece of pieces()) {
      for (let at = 0; at < piece.byteLength; ) {
        at += writeSync(handle, piece, at, Math.min(piece.byteLength - at, 1 << 30));
      }
    }
    fsyncSync(handle);
    closeSync(handle);
    handle = undefined;
  } catch (error) {
    if (handle !== undefined) closeQuietly(handle);
    removeIfThere(file);
    throw writeFault(file, error);
  }
}

function closeQuietly(handle: number): void {
  try {
    closeSync(handle);
  } catch {
    // The fault that is being reported came first.
  }
}
