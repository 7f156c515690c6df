/** New rows as weighted sums of original rows; the weights are the same for embedding and head. Sums run in float64. */
import { fillRows } from "./fill-rows.js";
import type { RowMaker } from "./initializer.js";
import type { OriginalRows } from "./original-rows.js";

export interface RowCombination {
  /** Original ids. */
  ids: Int32Array;
  weights: Float64Array;
}

/** By new id; where there is none, a row of several pieces is their mean. */
export type Combinations = readonly (RowCombination | undefined)[];

/** The new matrix, as `fillRows` gives it; `finish` may change a sum, float64[width], before it becomes a row. */
export function combineRows(
  rows: OriginalRows,
  pieces: readonly Int32Array[],
  combinations: Combinations,
  finish: (sum: Float64Array) => void = () => {},
): Iterable<Float32Array> {
  const sum = new Float64Array(rows.width);
  return fillRows(rows, pieces, (id, row) => {
    const combination = combinations[id];
    if (combination === undefined) meanInto(rows, pieces[id]!, sum);
    else {
      weightedSum(rows, combination, sum);
      finish(sum);
    }
    row.set(sum);
  });
}

/** A maker of such rows. */
export function combining(pieces: readonly Int32Array[], combinations: Combinations): RowMaker {
  return {
    rows: ({ rows }) => combineRows(rows, pieces, combinations),
    fallbacks: fallbacksOf(pieces, combinations),
  };
}

/** How many tokens of several pieces have no combination. */
export function fallbacksOf(pieces: readonly Int32Array[], combinations: Combinations): number {
  return pieces.filter((ids, id) => ids.length > 1 && combinations[id] === undefined).length;
}

function weightedSum(rows: OriginalRows, { ids, weights }: RowCombination, sum: Float64Array): void {
  sum.fill(0);
  for (const [k, id] of ids.entries()) {
    const row = rows.row(id);
    const weight = weights[k]!;
    for (let i = 0; i < sum.length; i++) sum[i]! += weight * row[i]!;
  }
}

function meanInto(rows: OriginalRows, ids: Int32Array, sum: Float64Array): void {
  sum.fill(0);
  for (const id of ids) {
    const row = rows.row(id);
    for (let i = 0; i < sum.length; i++) sum[i]! += row[i]!;
  }
  for (let i = 0; i < sum.length; i++) sum[i]! /= ids.length;
}
