/**
 * Normally distributed rows with the mean and the variance, dimension by dimension, of the original rows (Hewitt 2021,
 * Initializing new word embeddings for pretrained language models, with a diagonal covariance): as far apart as those are,
 * and of their root mean square length. With `norms: drawn` each row is then brought to the length of an original row drawn
 * by the seed, so that lengths are distributed as the original ones.
 */
import { fillRows } from "./fill-rows.js";
import type { Initializer } from "./initializer.js";
import { meanOfAll, type OriginalRows } from "./original-rows.js";

export const random: Initializer = {
  options: ["norms"],
  prepare: async ({ pieces, options }) => ({
    rows({ rows, random }) {
      const mean = meanOfAll(rows);
      const deviation = deviationOfAll(rows, mean);
      return fillRows(rows, pieces, (_, row) => {
        for (let i = 0; i < row.length; i++) row[i] = mean[i]! + deviation[i]! * random.normal();
        const own = norm(row);
        if (options.norms !== "drawn" || own === 0) return;
        const scale = norm(rows.row(random.below(rows.count))) / own;
        for (let i = 0; i < row.length; i++) row[i]! *= scale;
      });
    },
    fallbacks: 0,
  }),
};

/** [width] */
function deviationOfAll(rows: OriginalRows, mean: Float64Array): Float64Array {
  const { width, count } = rows;
  const squares = new Float64Array(width);
  for (const block of rows.blocks()) {
    for (let at = 0; at < block.length; at += width) {
      for (let i = 0; i < width; i++) squares[i]! += (block[at + i]! - mean[i]!) ** 2;
    }
  }
  return squares.map((sum) => Math.sqrt(sum / count));
}

function norm(row: Float32Array): number {
  let sum = 0;
  for (const value of row) sum += value * value;
  return Math.sqrt(sum);
}
