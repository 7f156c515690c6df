/**
 * Cholesky factorisation of a symmetric positive semidefinite matrix with diagonal pivoting: G ≈ F Fᵀ, stopped where no
 * pivot is left (Higham, "Accuracy and Stability of Numerical Algorithms", section 10.3). Columns are taken in the order
 * of the largest pivots and nothing is moved, so F is a triangle only up to an order of its rows. Some columns at a
 * time, so that nearly all of it is products.
 */
import { inColumns, inRows, type MatrixPool, sharedNumbers } from "./matrix-pool.js";

export interface PivotedFactor {
  /** Fᵀ in rows: [rank, size], in shared memory. */
  factor: Float64Array;
  rank: number;
  /** ‖G - F Fᵀ‖ in the Frobenius norm: no eigenvalue that was left out is above it. */
  rest: number;
}

const columnsAtOnce = 64;

/** `gram` [size, size] in full symmetric storage. Pivots must be above `leastPivot`. */
export async function pivotedCholesky(
  gram: Float64Array,
  size: number,
  leastPivot: number,
  pool: MatrixPool,
): Promise<PivotedFactor> {
  const left = sharedNumbers(gram.length);
  left.set(gram);
  const factor = sharedNumbers(gram.length);
  const pivots = Float64Array.from({ length: size }, (_, i) => left[i * size + i]!);
  let rank = 0;
  for (let ended = false; !ended && rank < size; ) {
    const first = rank;
    while (rank < Math.min(size, first + columnsAtOnce)) {
      const at = largest(pivots);
      if (!(pivots[at]! > leastPivot)) {
        ended = true;
        break;
      }
      const column = factor.subarray(rank * size, (rank + 1) * size);
      column.set(left.subarray(at * size, (at + 1) * size));
      for (let q = first; q < rank; q++) {
        const times = factor[q * size + at]!;
        for (let i = 0; i < size; i++) column[i]! -= times * factor[q * size + i]!;
      }
      const root = Math.sqrt(pivots[at]!);
      for (let i = 0; i < size; i++) {
        // Rows that were pivots have nothing left but rounding.
        column[i] = pivots[i] === taken ? 0 : column[i]! / root;
        if (pivots[i] !== taken) pivots[i]! -= column[i]! * column[i]!;
      }
      column[at] = root;
      pivots[at] = taken;
      rank++;
    }
    const shape = { rows: size, columns: size, inner: rank - first };
    const [columns, rows] = [inColumns(factor, size, first * size), inRows(factor, size, first * size)];
    if (shape.inner > 0) await pool.addProduct(inRows(left, size), columns, rows, shape, -1);
  }
  let squares = 0;
  for (let i = 0; i < left.length; i++) squares += left[i]! * left[i]!;
  return { factor, rank, rest: Math.sqrt(squares) };
}

/** In place of a pivot that was used. */
const taken = Number.NEGATIVE_INFINITY;

function largest(values: Float64Array): number {
  let at = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[at]!) at = i;
  return at;
}
