import { checkFiniteRows } from "../model/check-finite-rows.js";
import type { Checkpoint } from "../model/checkpoint.js";
import { bytesPerElement, toFloat32 } from "../model/float-formats.js";

/** Reads rows of one table out of its file, so that the table never is in memory as a whole. */
export interface RowReader {
  rows: number;
  width: number;
  /** [count, width] from row `first` on; written over by the next read. Throws `CheckpointError` for a value that is not finite. */
  read(first: number, count: number): Float32Array;
}

/** `model` is what messages call the model. */
export function createRowReader(checkpoint: Checkpoint, name: string, model: string): RowReader {
  const { shape, dtype } = checkpoint.tensors.get(name)!;
  const [rows = 0, width = 0] = shape;
  const rowBytes = width * bytesPerElement[dtype];
  const table = `${checkpoint.folder}: ${name} of the ${model} model`;
  let place = new Uint8Array(rowBytes);
  return {
    rows,
    width,
    read(first, count) {
      if (first < 0 || first + count > rows)
        throw new RangeError(`${name}: rows ${first} to ${first + count} of ${rows}`);
      if (place.length < count * rowBytes) place = new Uint8Array(count * rowBytes);
      const values = toFloat32(checkpoint.readBytes(name, first * rowBytes, count * rowBytes, place), dtype);
      checkFiniteRows(values, width, first, table);
      return values;
    },
  };
}
