/**
 * A new row is the mean of the rows of its pieces under the original tokenizer (arXiv 2412.21140). A row
 * without pieces is the mean of all rows: near-zero rows in a head can take all the probability, and
 * the mean bounds that. A row with one piece is that row, bit for bit.
 */
import { meanOfPieces, meanOfRows } from "../../model/mean-of-pieces.js";
import type { InitializerInput } from "./registry.js";

const rowsInRun = 4096;

export function* meanRows({ rows, width, trained, pieces }: InitializerInput): Generator<Float32Array> {
  const emptyRow = meanOfRows(rows, width, trained);
  for (let first = 0; first < pieces.length; first += rowsInRun) {
    const run = pieces.slice(first, first + rowsInRun);
    const made = meanOfPieces(rows, width, run, emptyRow);
    for (const [i, ids] of run.entries()) {
      // A sum that starts from 0 would turn −0 into 0.
      if (ids.length === 1) made.set(rows.subarray(ids[0]! * width, (ids[0]! + 1) * width), i * width);
    }
    yield made;
  }
}
