/** Rows of embeddings and LM heads as means of other rows. Sums run in float64, so that many pieces cost no digits. */

/**
 * For every list of pieces the mean of their rows; `emptyRow` where the list is empty.
 * Shapes: rows [any, width], emptyRow [width], result [pieces.length, width]. Throws `RangeError` for a piece without a row.
 */
export function meanOfPieces(
  rows: Float32Array,
  width: number,
  pieces: readonly Int32Array[],
  emptyRow: ArrayLike<number>,
): Float32Array {
  const means = new Float32Array(pieces.length * width);
  const mean = new Float64Array(width);
  for (const [i, ids] of pieces.entries()) {
    if (ids.length === 0) {
      means.set(emptyRow, i * width);
      continue;
    }
    meanRow(rows, width, ids, mean, 0);
    means.set(mean, i * width);
  }
  return means;
}

/** Writes the mean of the rows `ids` (at least one) to `out` from `at` on, in float64. */
export function meanRow(rows: Float32Array, width: number, ids: Int32Array, out: Float64Array, at: number): void {
  out.fill(0, at, at + width);
  for (const id of ids) {
    const row = id * width;
    if (id < 0 || row + width > rows.length) throw new RangeError(`there is no row ${id}`);
    for (let i = 0; i < width; i++) out[at + i]! += rows[row + i]!;
  }
  for (let i = 0; i < width; i++) out[at + i]! /= ids.length;
}

/** The mean of the first `count` rows, [width]; vocabulary padding behind them does not enter. */
export function meanOfRows(rows: Float32Array, width: number, count: number): Float64Array {
  const mean = new Float64Array(width);
  for (let row = 0; row < count; row++) for (let i = 0; i < width; i++) mean[i]! += rows[row * width + i]!;
  for (let i = 0; i < width; i++) mean[i]! /= Math.max(1, count);
  return mean;
}
