/** A row of an embedding or LM head as the mean of other rows. Sums run in float64, so that many pieces cost no digits. */

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
