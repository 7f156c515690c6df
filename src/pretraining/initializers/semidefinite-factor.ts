/**
 * Cholesky factor L of a symmetric positive semidefinite matrix L Lᵀ (Golub and Van Loan, Matrix Computations, section 4.2.8
 * without pivoting): a pivot that is nothing but rounding gives a column of zeros, as a covariance of fewer rows than
 * dimensions asks for.
 */

/** Only the lower half of `matrix` [size, size] is read; it becomes L in place. */
export function semidefiniteFactor(matrix: Float64Array, size: number): Float64Array {
  let largest = 0;
  for (let i = 0; i < size; i++) largest = Math.max(largest, matrix[i * size + i]!);
  const negligible = 1e-10 * largest;
  for (let i = 0; i < size; i++) {
    const row = i * size;
    for (let j = 0; j <= i; j++) {
      let rest = matrix[row + j]!;
      for (let k = 0; k < j; k++) rest -= matrix[row + k]! * matrix[j * size + k]!;
      if (j === i) matrix[row + i] = rest > negligible ? Math.sqrt(rest) : 0;
      else {
        const pivot = matrix[j * size + j]!;
        matrix[row + j] = pivot === 0 ? 0 : rest / pivot;
      }
    }
  }
  return matrix;
}
