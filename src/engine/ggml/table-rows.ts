/**
 * Where the rows of a table are: those that stay in one matrix, those that are trained in another. The
 * softmax does not mind the order of its logits, so the head computes the frozen rows' logits first and the
 * trained rows' behind them, and every token id is translated to its place in that row.
 */
import type { RowRange } from "../engine.js";

export interface TableRows {
  /** Place of each id: frozen rows first, then the trained ones, each in ascending order. */
  places: Int32Array;
  frozen: number;
  trained: number;
}

/** `trained` null: all of them; empty: none. */
export function createTableRows(rows: number, trained: readonly RowRange[] | null): TableRows {
  const frozen = frozenRows(rows, trained);
  const ranges = [...frozen.ranges, ...(trained ?? [{ first: 0, end: rows }])];
  const places = new Int32Array(rows);
  let place = 0;
  for (const { first, end } of ranges) for (let id = first; id < end; id++) places[id] = place++;
  return { places, frozen: frozen.count, trained: rows - frozen.count };
}

/** The rows that are not in `trained`, and how many they are. */
export function frozenRows(
  rows: number,
  trained: readonly RowRange[] | null,
): { ranges: readonly RowRange[]; count: number } {
  const ranges: RowRange[] = [];
  let [at, count] = [0, 0];
  for (const { first, end } of [...(trained ?? [{ first: 0, end: rows }]), { first: rows, end: rows }]) {
    if (first > at) ranges.push({ first: at, end: first });
    count += first - at;
    at = end;
  }
  return { ranges, count };
}
