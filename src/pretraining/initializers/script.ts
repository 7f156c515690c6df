/**
 * A new row is drawn from the normal distribution of the original rows of its script: their mean, and their full covariance.
 * Sources: Downey et al. 2023, Embedding structure matters (arXiv 2309.04679, section 3, re-initialisation by script, there with
 * a diagonal covariance), and Hewitt 2021, Initializing new word embeddings for pretrained language models (full covariance).
 * A token's script is the one of all its letters; tokens without letters, or with letters of several scripts, are a group of
 * their own. A group of fewer than 16 original tokens takes the distribution of all of them.
 *
 * Memory: a [width, width] matrix in float64 for each script that the new tokens have.
 */

import type { MatrixPool } from "../../matrix/matrix-pool.js";
import { fillRows } from "./fill-rows.js";
import { gramMatrix } from "./gram-matrix.js";
import type { Initializer } from "./initializer.js";
import { eachRow, type OriginalRows } from "./original-rows.js";
import { semidefiniteFactor } from "./semidefinite-factor.js";
import { scriptOfToken } from "./token-script.js";

const fewestRows = 16;
const everyScript = "every script";

interface Gaussian {
  mean: Float64Array;
  /** L of the covariance L Lᵀ, [width, width], lower half. */
  factor: Float64Array;
}

export const script: Initializer = {
  options: [],
  prepare: async ({ pieces, tokenizer, original, pool }) => {
    const groupOf = groupsOf(original.size, (id) => scriptOfToken(original, id));
    const counts = new Map<string, number>();
    for (const group of groupOf) if (group !== undefined) counts.set(group, (counts.get(group) ?? 0) + 1);
    const ofToken = (id: number): string => {
      const group = scriptOfToken(tokenizer, id) ?? everyScript;
      return (counts.get(group) ?? 0) >= fewestRows ? group : everyScript;
    };
    const wanted = new Set<string>();
    for (const [id, ids] of pieces.entries()) if (ids.length > 1) wanted.add(ofToken(id));
    return {
      async *rows({ rows, random }) {
        const gaussians = new Map<string, Gaussian>();
        for (const group of wanted) {
          const belongs = (id: number): boolean => group === everyScript || groupOf[id] === group;
          gaussians.set(group, await gaussianOf(rows, belongs, pool()));
        }
        const normals = new Float64Array(rows.width);
        yield* fillRows(rows, pieces, (id, row) => {
          const { mean, factor } = gaussians.get(ofToken(id))!;
          for (let i = 0; i < normals.length; i++) normals[i] = random.normal();
          for (let i = 0; i < normals.length; i++) {
            let value = mean[i]!;
            for (let j = 0; j <= i; j++) value += factor[i * normals.length + j]! * normals[j]!;
            row[i] = value;
          }
        });
      },
      fallbacks: 0,
    };
  },
};

function groupsOf(size: number, groupOf: (id: number) => string | undefined): (string | undefined)[] {
  return Array.from({ length: size }, (_, id) => groupOf(id));
}

/** Mean and covariance (divided by the number of rows) of the rows that belong to the group. */
export async function gaussianOf(
  rows: OriginalRows,
  belongs: (id: number) => boolean,
  pool: MatrixPool,
): Promise<Gaussian> {
  const { width } = rows;
  const mean = new Float64Array(width);
  let count = 0;
  for (const row of eachRow(rows, belongs)) {
    count++;
    for (let i = 0; i < width; i++) mean[i]! += row[i]!;
  }
  for (let i = 0; i < width; i++) mean[i]! /= Math.max(1, count);
  const covariance = await gramMatrix(rows, pool, belongs, mean);
  for (let i = 0; i < covariance.length; i++) covariance[i]! /= Math.max(1, count);
  return { mean, factor: semidefiniteFactor(covariance, width) };
}
