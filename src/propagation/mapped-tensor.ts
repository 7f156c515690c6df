import { inColumns, inRows, type MatrixPool, sharedNumbers } from "../matrix/matrix-pool.js";
import { fromFloat32, type TensorType } from "../model/float-formats.js";
import type { ComputedTensor } from "../model/stream-checkpoint.js";
import { relativeChange } from "./row-changes.js";
import type { RowReader } from "./row-reader.js";

export interface MappedRows {
  name: string;
  dtype: TensorType;
  /** Rows of the result: those of the adapted model, and behind them more special rows. */
  rows: number;
  adapted: RowReader;
  instruct: RowReader;
  /** Wᵀ in rows; undefined for the identity. */
  transposedMap: Float64Array | undefined;
  /** New id → the instruct model's id, for the rows that are copied. */
  special: ReadonlyMap<number, number>;
  /** Told of every row that was mapped, and how far it moved; rows that are copied are left out. */
  onChange(id: number, change: number): void;
  onRows(done: number): void;
}

const rowsAtOnce = 1024;

/** The adapted model's rows through the map, computed block by block while they are written. */
export function mappedTensor(mapped: MappedRows, pool: MatrixPool): ComputedTensor {
  const { name, dtype, rows, adapted } = mapped;
  return { name, shape: [rows, adapted.width], dtype, computed: true, pieces: () => blocksOf(mapped, pool) };
}

async function* blocksOf(mapped: MappedRows, pool: MatrixPool): AsyncGenerator<Uint8Array> {
  const { rows, adapted, instruct, transposedMap, special, dtype, onChange, onRows } = mapped;
  const { width } = adapted;
  const before = sharedNumbers(rowsAtOnce * width);
  const after = transposedMap === undefined ? before : sharedNumbers(rowsAtOnce * width);
  const result = new Float32Array(rowsAtOnce * width);
  for (let first = 0; first < rows; first += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, rows - first);
    const there = Math.max(0, Math.min(count, adapted.rows - first));
    if (there > 0) before.set(adapted.read(first, there));
    if (transposedMap !== undefined) {
      after.fill(0);
      const shape = { rows: there, columns: width, inner: width };
      await pool.addProduct(inRows(after, width), inRows(before, width), inColumns(transposedMap, width), shape);
    }
    result.set(after.subarray(0, count * width));
    for (let r = 0; r < count; r++) {
      const id = first + r;
      const own = special.get(id);
      if (own !== undefined) result.set(instruct.read(own, 1), r * width);
      else onChange(id, relativeChange(before, after, r * width, width));
    }
    onRows(first + count);
    yield fromFloat32(result.subarray(0, count * width), dtype);
  }
}
