import type { RowReader } from "./row-reader.js";

/** One equation of a map's fit: the weighted sum of these rows in the base model is to become the same sum in the instruct model. */
export interface Equation {
  /** Original ids, at least one. */
  ids: Int32Array;
  /** One for each id. */
  weights: Float64Array;
}

/** The mean of the rows `ids`. */
export function meanOf(ids: Int32Array): Equation {
  return { ids, weights: new Float64Array(ids.length).fill(1 / ids.length) };
}

/** Consecutive rows that are read at once, where equations are about one row each. */
const longestRun = 64;

/**
 * Writes the sums of `equations` to `out` from its beginning on, [equations, width], in float64: rounded to float32, they would
 * cost digits wherever the system is badly conditioned.
 */
export function writeSums(reader: RowReader, equations: readonly Equation[], out: Float64Array): void {
  const { width } = reader;
  let run: { first: number; count: number; values: Float32Array } | undefined;
  out.fill(0, 0, equations.length * width);
  for (let e = 0; e < equations.length; e++) {
    const { ids, weights } = equations[e]!;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      if (run === undefined || id < run.first || id >= run.first + run.count) {
        const count = ids.length === 1 ? runFrom(equations, e) : 1;
        run = { first: id, count, values: reader.read(id, count) };
      }
      const from = (id - run.first) * width;
      const weight = weights[i]!;
      const to = e * width;
      for (let c = 0; c < width; c++) out[to + c]! += weight * run.values[from + c]!;
    }
  }
}

/** How many equations from `e` on are about one row each, each about the next. */
function runFrom(equations: readonly Equation[], e: number): number {
  const first = equations[e]!.ids[0]!;
  let count = 1;
  while (count < longestRun) {
    const next = equations[e + count]?.ids;
    if (next?.length !== 1 || next[0] !== first + count) break;
    count++;
  }
  return count;
}
