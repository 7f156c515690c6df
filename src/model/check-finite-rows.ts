import { CheckpointError } from "../errors.js";

/**
 * Throws `CheckpointError` where rows [any, width] of a table hold a value that is not finite; `first` is the number of the first one.
 * `table` is what messages call it.
 */
export function checkFiniteRows(rows: Float32Array, width: number, first: number, table: string): void {
  for (let i = 0; i < rows.length; i++) {
    if (Number.isFinite(rows[i]!)) continue;
    const row = first + Math.floor(i / width);
    throw new CheckpointError("checkpoint.not_finite", `${table}: row ${row} has a value that is not finite`, {
      hint: "The training that made this model may have diverged.",
    });
  }
}
