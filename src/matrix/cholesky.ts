/**
 * Cholesky factorisation G = L Lᵀ of a symmetric positive definite matrix, block by block, so that nearly all of it is
 * products (Golub and Van Loan, "Matrix Computations", section 4.2.9). G: [n, n], only the lower half is read.
 */
import { createRandom } from "../random.js";
import { inColumns, inRows, type MatrixPool, sharedNumbers } from "./matrix-pool.js";
import { type BlockedFactor, block } from "./substitute.js";

/**
 * The factor of `gram`, which it takes the place of (the upper half becomes zeros), or undefined where a pivot is not
 * above `leastPivot`: then `gram` is spoilt. Memory must be shared (matrix-pool.ts).
 */
export async function cholesky(
  pool: MatrixPool,
  gram: Float64Array,
  size: number,
  leastPivot = 0,
): Promise<BlockedFactor | undefined> {
  const inverses = sharedNumbers(size * block);
  for (let at = 0; at < size; at += block) {
    const length = Math.min(block, size - at);
    if (!factoriseBlock(gram, size, at, length, leastPivot)) return undefined;
    const inverse = inverses.subarray(at * block, at * block + length * length);
    invertLower(gram, size, at, length, inverse);
    const below = size - at - length;
    if (below === 0) break;
    const place = (at + length) * size + at;
    const panel = sharedNumbers(below * length);
    const inverseColumns = inColumns(inverses, length, at * block);
    await pool.addProduct(inRows(panel, length), inRows(gram, size, place), inverseColumns, {
      rows: below,
      columns: length,
      inner: length,
    });
    for (let r = 0; r < below; r++) gram.set(panel.subarray(r * length, (r + 1) * length), place + r * size);
    const shape = { rows: below, columns: below, inner: length, lower: true };
    await pool.addProduct(
      inRows(gram, size, place + length),
      inRows(panel, length),
      inColumns(panel, length),
      shape,
      -1,
    );
  }
  for (let i = 0; i < size; i++) gram.fill(0, i * size + i + 1, (i + 1) * size);
  return { lower: gram, inverses, size };
}

/** Row by row, so that every sum runs along memory. */
function factoriseBlock(a: Float64Array, size: number, at: number, length: number, leastPivot: number): boolean {
  for (let i = at; i < at + length; i++) {
    for (let j = at; j <= i; j++) {
      const rest = a[i * size + j]! - dot(a, i * size + at, a, j * size + at, j - at);
      if (j < i) a[i * size + j] = rest / a[j * size + j]!;
      else if (rest > leastPivot) a[i * size + i] = Math.sqrt(rest);
      else return false;
    }
  }
  return true;
}

function invertLower(a: Float64Array, size: number, at: number, length: number, out: Float64Array): void {
  for (let i = 0; i < length; i++) {
    const row = (at + i) * size + at;
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum += a[row + k]! * out[k * length + j]!;
      out[i * length + j] = -sum / a[row + i]!;
    }
    out[i * length + i] = 1 / a[row + i]!;
  }
}

/**
 * Estimate of λ_max / λ_min of L Lᵀ by power iteration with the matrix and with its inverse. It approaches the true
 * value from below; both ends are usually right to a few per cent.
 */
export function conditionEstimate({ lower, size }: BlockedFactor): number {
  const largest = powerIteration(size, (vector) => {
    multiplyTransposed(lower, size, vector);
    for (let i = size - 1; i >= 0; i--) vector[i] = dot(lower, i * size, vector, 0, i + 1);
  });
  const largestInverse = powerIteration(size, (vector) => {
    for (let i = 0; i < size; i++) {
      vector[i] = (vector[i]! - dot(lower, i * size, vector, 0, i)) / lower[i * size + i]!;
    }
    for (let i = size - 1; i >= 0; i--) {
      const value = vector[i]! / lower[i * size + i]!;
      vector[i] = value;
      for (let j = 0; j < i; j++) vector[j]! -= lower[i * size + j]! * value;
    }
  });
  return largest * largestInverse;
}

/** vector := Lᵀ · vector. */
function multiplyTransposed(lower: Float64Array, size: number, vector: Float64Array): void {
  for (let i = 0; i < size; i++) {
    const value = vector[i]!;
    vector[i] = 0;
    for (let j = 0; j <= i; j++) vector[j]! += lower[i * size + j]! * value;
  }
}

function powerIteration(size: number, apply: (vector: Float64Array) => void): number {
  const random = createRandom(1);
  const vector = Float64Array.from({ length: size }, () => random.normal());
  let value = 0;
  for (let round = 0; round < 60; round++) {
    const norm = Math.sqrt(dot(vector, 0, vector, 0, size));
    for (let i = 0; i < size; i++) vector[i]! /= norm;
    apply(vector);
    const next = Math.sqrt(dot(vector, 0, vector, 0, size));
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
