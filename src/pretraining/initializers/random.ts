/**
 * Normally distributed rows with the mean and the variance, dimension by dimension, of the original rows (Hewitt 2021,
 * Initializing new word embeddings for pretrained language models, with a diagonal covariance): as long and as far apart
 * as those are. Rows with one piece are that row, and rows without pieces, which may be padding, the mean, as in `mean`.
 */
import { meanOfRows } from "../../model/mean-of-pieces.js";
import { meanRows } from "./mean.js";
import type { InitializerInput } from "./registry.js";

export function* randomRows(input: InitializerInput): Generator<Float32Array> {
  const { rows, width, trained, pieces, random } = input;
  const mean = meanOfRows(rows, width, trained);
  const deviation = deviationOfRows(rows, width, trained, mean);
  let id = 0;
  // Means of several pieces would be computed in vain.
  const none = new Int32Array(0);
  const known = pieces.map((ids) => (ids.length > 1 ? none : ids));
  for (const made of meanRows({ ...input, pieces: known })) {
    for (let at = 0; at < made.length; at += width, id++) {
      if (pieces[id]!.length <= 1) continue;
      for (let i = 0; i < width; i++) made[at + i] = mean[i]! + deviation[i]! * random.normal();
    }
    yield made;
  }
}

/** Of the first `count` rows, [width]. */
function deviationOfRows(rows: Float32Array, width: number, count: number, mean: Float64Array): Float64Array {
  const squares = new Float64Array(width);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < width; i++) squares[i]! += (rows[row * width + i]! - mean[i]!) ** 2;
  }
  return squares.map((sum) => Math.sqrt(sum / count));
}
