/**
 * Where the rows of a table are: those that stay in one matrix, those that are trained in another. The
 * softmax does not mind the order of its logits, so the head computes the frozen rows' logits first and the
 * trained rows' behind them, and every token id is translated to its place in that row.
 */
import type { RowRange } from "../engine.js";

export interface TableRows {
  /** Place of each id: frozen rows first, then the trained ones, each in ascending order. */
  places: Int32Array;
  frozenRanges: readonly RowRange[];
  frozen: number;
  trained: number;
}

/** `trained` null: all of them; empty: none. */
export function createTableRows(rows: number, trained: readonly RowRange[] | null): TableRows {
  const ranges = trained ?? [{ first: 0, end: rows }];
  const frozenRanges = complement(rows, ranges);
  const frozen = countRows(frozenRanges);
  const places = new Int32Array(rows);
  let place = 0;
  for (const { first, end } of [...frozenRanges, ...ranges]) for (let id = first; id < end; id++) places[id] = place++;
  return { places, frozenRanges, frozen, trained: rows - frozen };
}

function complement(rows: number, ranges: readonly RowRange[]): RowRange[] {
  const rest: RowRange[] = [];
  let at = 0;
  for (const { first, end } of [...ranges, { first: rows, end: rows }]) {
    if (first > at) rest.push({ first: at, end: first });
    at = end;
  }
  return rest;
}

const countRows = (ranges: readonly RowRange[]): number => ranges.reduce((sum, { first, end }) => sum + end - first, 0);
