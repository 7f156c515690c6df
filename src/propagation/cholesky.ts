/**
 * Cholesky factorisation G = L Lᵀ of a symmetric positive definite matrix (Golub and Van Loan, "Matrix Computations",
 * section 4.2), row by row so that every sum runs along memory. G: [n, n], only the lower half is read.
 */
import { createRandom } from "../random.js";

export interface CholeskyFactor {
  /** L, and Lᵀ again in rows, both [n, n]. */
  lower: Float64Array;
  upper: Float64Array;
  size: number;
}

/** The factor of `gram`, or undefined where it is not positive definite in float64. */
export function cholesky(gram: Float64Array, size: number): CholeskyFactor | undefined {
  const lower = new Float64Array(size * size);
  const upper = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = i * size;
    for (let j = 0; j <= i; j++) {
      const rest = gram[row + j]! - dot(lower, row, lower, j * size, j);
      if (j < i) {
        lower[row + j] = rest / lower[j * size + j]!;
        continue;
      }
      if (!(rest > 0)) return undefined;
      lower[row + i] = Math.sqrt(rest);
    }
    for (let j = 0; j <= i; j++) upper[j * size + i] = lower[row + j]!;
  }
  return { lower, upper, size };
}

/** Solves G x = b in place for one right-hand side that starts at `at` of `vectors`. */
export function solveCholesky({ lower, upper, size }: CholeskyFactor, vectors: Float64Array, at = 0): void {
  for (let i = 0; i < size; i++) {
    vectors[at + i] = (vectors[at + i]! - dot(lower, i * size, vectors, at, i)) / lower[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    const sum = dot(upper, i * size + i + 1, vectors, at + i + 1, size - i - 1);
    vectors[at + i] = (vectors[at + i]! - sum) / lower[i * size + i]!;
  }
}

/**
 * Estimate of λ_max / λ_min of `gram` (full symmetric storage) by power iteration with the matrix and with its factor.
 * It approaches the true value from below; both ends are usually right to a few per cent.
 */
export function conditionEstimate(gram: Float64Array, factor: CholeskyFactor): number {
  const { size } = factor;
  const largest = powerIteration(size, (from, to) => {
    for (let i = 0; i < size; i++) to[i] = dot(gram, i * size, from, 0, size);
  });
  const largestInverse = powerIteration(size, (from, to) => {
    to.set(from);
    solveCholesky(factor, to);
  });
  return largest * largestInverse;
}

function powerIteration(size: number, apply: (from: Float64Array, to: Float64Array) => void): number {
  const random = createRandom(1);
  let vector = Float64Array.from({ length: size }, () => random.normal());
  let image = new Float64Array(size);
  let value = 0;
  for (let round = 0; round < 60; round++) {
    const norm = Math.sqrt(dot(vector, 0, vector, 0, size));
    for (let i = 0; i < size; i++) vector[i]! /= norm;
    apply(vector, image);
    const next = Math.sqrt(dot(image, 0, image, 0, size));
    [vector, image] = [image, vector];
    if (Math.abs(next - value) <= 1e-3 * next) return next;
    value = next;
  }
  return value;
}

/** Four partial sums, since one alone would wait for each addition to finish. */
function dot(a: Float64Array, atA: number, b: Float64Array, atB: number, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 3 < length; k += 4) {
    s0 += a[atA + k]! * b[atB + k]!;
    s1 += a[atA + k + 1]! * b[atB + k + 1]!;
    s2 += a[atA + k + 2]! * b[atB + k + 2]!;
    s3 += a[atA + k + 3]! * b[atB + k + 3]!;
  }
  for (; k < length; k++) s0 += a[atA + k]! * b[atB + k]!;
  return s0 + s1 + (s2 + s3);
}
