/**
 * What every initialiser does alike: a row of one piece is that piece's row, bit for bit, and a row without pieces,
 * which may be padding, is the mean of all rows: near-zero rows in a head can take all the probability, and the mean
 * bounds that (Hewitt 2021, Initializing new word embeddings for pretrained language models).
 */
import { meanOfAll, type OriginalRows } from "./original-rows.js";

const runBytes = 16 << 20;

/** The new matrix, [pieces.length, width], a run of rows at a time; `make` writes the row of a token of several pieces, [width]. */
export function* fillRows(
  rows: OriginalRows,
  pieces: readonly Int32Array[],
  make: (id: number, row: Float32Array) => void,
): Generator<Float32Array> {
  const { width } = rows;
  const mean = meanOfAll(rows);
  const rowsInRun = Math.max(1, Math.floor(runBytes / (4 * width)));
  for (let first = 0; first < pieces.length; first += rowsInRun) {
    const end = Math.min(pieces.length, first + rowsInRun);
    const run = new Float32Array((end - first) * width);
    for (let id = first; id < end; id++) {
      const ids = pieces[id]!;
      const row = run.subarray((id - first) * width, (id - first + 1) * width);
      if (ids.length === 1) row.set(rows.row(ids[0]!));
      else if (ids.length === 0) row.set(mean);
      else make(id, row);
    }
    yield run;
  }
}
