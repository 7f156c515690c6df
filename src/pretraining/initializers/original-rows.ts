/** The rows of an embedding or LM head, read from their file as they are asked for: a whole table need not fit into memory. */
import { checkFiniteRows } from "../../model/check-finite-rows.js";
import type { Checkpoint } from "../../model/checkpoint.js";

export interface OriginalRows {
  width: number;
  /** Rows that belong to tokens. Padding behind them is never read. */
  count: number;
  /** Row `id`, [width]; not to be written to. Throws `RangeError` where there is none. */
  row(id: number): Float32Array;
  /** All rows in order, some at a time, [any, width]. */
  blocks(): Iterable<Float32Array>;
}

/** A read of this size costs little more than one of a single row. */
const blockBytes = 128 << 10;
const cacheBytes = 256 << 20;

/** The first `count` rows of the matrix `name`. Reading throws `CheckpointError` for a value that is not finite. */
export function originalRows(checkpoint: Checkpoint, name: string, count: number): OriginalRows {
  const width = checkpoint.config.hidden_size;
  const blockRows = Math.max(1, Math.floor(blockBytes / (4 * width)));
  const table = `${checkpoint.folder}: ${name}`;
  return blockedRows(width, count, blockRows, (first, rows) => {
    const values = checkpoint.readRows(name, first, rows);
    checkFiniteRows(values, width, first, table);
    return values;
  });
}

/** The same over rows that are read by `read(first, rows)`, `blockRows` at a time; the blocks read last stay in memory. */
export function blockedRows(
  width: number,
  count: number,
  blockRows: number,
  read: (first: number, rows: number) => Float32Array,
): OriginalRows {
  const most = Math.max(1, Math.floor(cacheBytes / (4 * width * blockRows)));
  const cache = new Map<number, Float32Array>();
  const block = (number: number): Float32Array => {
    let values = cache.get(number);
    if (values === undefined) {
      const first = number * blockRows;
      values = read(first, Math.min(blockRows, count - first));
      if (cache.size >= most) cache.delete(cache.keys().next().value!);
      cache.set(number, values);
    }
    return values;
  };
  return {
    width,
    count,
    row(id) {
      if (!(id >= 0 && id < count)) throw new RangeError(`there is no row ${id}`);
      const number = Math.floor(id / blockRows);
      const at = (id - number * blockRows) * width;
      return block(number).subarray(at, at + width);
    },
    *blocks() {
      for (let first = 0; first < count; first += blockRows) yield read(first, Math.min(blockRows, count - first));
    },
  };
}

/** The mean of all rows, float64[width]. */
export function meanOfAll(rows: OriginalRows): Float64Array {
  const { width, count } = rows;
  const mean = new Float64Array(width);
  for (const block of rows.blocks()) {
    for (let at = 0; at < block.length; at += width) for (let i = 0; i < width; i++) mean[i]! += block[at + i]!;
  }
  for (let i = 0; i < width; i++) mean[i]! /= Math.max(1, count);
  return mean;
}

/** The rows that `belongs` says, in order; each is gone when the next is asked for. */
export function* eachRow(rows: OriginalRows, belongs: (id: number) => boolean): Generator<Float32Array> {
  let id = 0;
  for (const block of rows.blocks()) {
    for (let at = 0; at < block.length; at += rows.width, id++) {
      if (belongs(id)) yield block.subarray(at, at + rows.width);
    }
  }
}
