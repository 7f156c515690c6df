/**
 * The right singular vectors of a tall matrix that belong to its largest singular values: the eigenvectors of its Gram matrix,
 * summed in float64. Singular values below 1e-8 of the largest cannot be told from 0 so, and do not matter here.
 */
import { inColumns, inRows, type MatrixPool, sharedNumbers } from "../../matrix/matrix-pool.js";
import { symmetricEigen } from "../../matrix/symmetric-eigen.js";
import { gramMatrix } from "./gram-matrix.js";
import type { OriginalRows } from "./original-rows.js";

/** `count` unit vectors as rows, float64[count, width] in shared memory, the largest singular value first. */
export async function principalDirections(rows: OriginalRows, count: number, pool: MatrixPool): Promise<Float64Array> {
  const { width } = rows;
  const gram = await gramMatrix(rows, pool);
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) gram[j * width + i] = gram[i * width + j]!;
  const { values, vectors } = symmetricEigen(gram, width);
  const order = Array.from(values.keys()).sort((a, b) => values[b]! - values[a]! || a - b);
  const directions = sharedNumbers(count * width);
  for (let k = 0; k < count; k++) {
    const from = order[k]! * width;
    directions.set(vectors.subarray(from, from + width), k * width);
  }
  return directions;
}

/** The rows of `vectors` [any, width], projected on the span of `directions` [any, width], orthonormal; both in shared memory. */
export async function projected(
  directions: Float64Array,
  vectors: Float64Array,
  width: number,
  pool: MatrixPool,
): Promise<Float64Array> {
  const [rows, kept] = [vectors.length / width, directions.length / width];
  const along = sharedNumbers(rows * kept);
  const into = { rows, columns: kept, inner: width };
  await pool.addProduct(inRows(along, kept), inRows(vectors, width), inColumns(directions, width), into);
  const out = sharedNumbers(vectors.length);
  const back = { rows, columns: width, inner: kept };
  await pool.addProduct(inRows(out, width), inRows(along, kept), inRows(directions, width), back);
  return out;
}
