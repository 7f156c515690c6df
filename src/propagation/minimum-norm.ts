/**
 * Minimum-norm solutions of G Z = B for a symmetric positive semidefinite G of whatever rank; eigenvalues below 1e-12 of
 * the largest (singular values of X below 1e-6, where G = Xᵀ X) count as zero.
 *
 * Where the rank is plain, pivoted Cholesky G = F Fᵀ with F [n, r] finds it, and the solution is F K⁻² Fᵀ B with K = Fᵀ F,
 * which is Cholesky's business again; a step of refinement gives back the digits that K squared costs. (Björck,
 * "Numerical Methods for Least Squares Problems", section 2.7.) Where an eigenvalue lies near the border, all
 * eigenvalues are computed, which takes much longer.
 */

import { cholesky, conditionEstimate } from "../matrix/cholesky.js";
import { inColumns, inRows, type MatrixPool, sharedNumbers } from "../matrix/matrix-pool.js";
import { type PivotedFactor, pivotedCholesky } from "../matrix/pivoted-cholesky.js";
import { symmetricEigen } from "../matrix/symmetric-eigen.js";
import type { Factorised } from "./least-squares.js";

const zeroEigenvalue = 1e-12;
/** What is kept must be this far above the border, since its size is an estimate. */
const margin = 10;

/** `gram` [size, size] in full symmetric storage and in shared memory; it must stay as it is while there is to be solved. */
export async function minimumNorm(gram: Float64Array, size: number, pool: MatrixPool): Promise<Factorised> {
  const border = zeroEigenvalue * leastLargestEigenvalue(gram, size);
  const pivoted = await pivotedCholesky(gram, size, border / margin, pool);
  const solution = pivoted.rest <= border ? await fromFactor(gram, pivoted, size, pool) : undefined;
  return solution ?? fromEigenvectors(gram, size);
}

/** ‖G‖² / trace(G), which is never above the largest eigenvalue. */
function leastLargestEigenvalue(gram: Float64Array, size: number): number {
  let [trace, squares] = [0, 0];
  for (let i = 0; i < size; i++) trace += gram[i * size + i]!;
  for (let i = 0; i < gram.length; i++) squares += gram[i]! * gram[i]!;
  return trace === 0 ? 0 : squares / trace;
}

/** Undefined where the smallest eigenvalue that was kept is too near the border. */
async function fromFactor(
  gram: Float64Array,
  { factor, rank }: PivotedFactor,
  size: number,
  pool: MatrixPool,
): Promise<Factorised | undefined> {
  const inner = sharedNumbers(rank * rank);
  const shape = { rows: rank, columns: rank, inner: size, lower: true };
  await pool.addProduct(inRows(inner, rank), inRows(factor, size), inColumns(factor, size), shape);
  const solved = rank === 0 ? undefined : await cholesky(pool, inner, rank);
  if (rank > 0 && solved === undefined) return undefined;
  const squared = solved === undefined ? 1 : conditionEstimate(solved);
  if (squared * zeroEigenvalue * margin > 1) return undefined;

  /** out += F K⁻² Fᵀ · right, all in rows. */
  const addSolution = async (out: Float64Array, right: Float64Array, count: number): Promise<void> => {
    if (solved === undefined) return;
    const along = sharedNumbers(count * rank);
    const into = { rows: count, columns: rank, inner: size };
    await pool.addProduct(inRows(along, rank), inRows(right, size), inColumns(factor, size), into);
    await pool.substitute(solved, along, count);
    await pool.substitute(solved, along, count);
    const back = { rows: count, columns: size, inner: rank };
    await pool.addProduct(inRows(out, size), inRows(along, rank), inRows(factor, size), back);
  };
  return {
    async solve(right, count) {
      const solution = sharedNumbers(count * size);
      await addSolution(solution, right, count);
      const product = { rows: count, columns: size, inner: size };
      await pool.addProduct(inRows(right, size), inRows(solution, size), inRows(gram, size), product, -1);
      await addSolution(solution, right, count);
      right.set(solution);
    },
    rank,
    condition: Math.sqrt(squared),
    solver: "minimum-norm",
  };
}

function fromEigenvectors(gram: Float64Array, size: number): Factorised {
  const { values, vectors } = symmetricEigen(gram.slice(), size);
  const largest = values.reduce((a, b) => Math.max(a, b), 0);
  const kept: number[] = [];
  // Strictly above, so that a matrix of zeros has rank 0.
  values.forEach((value, i) => {
    if (value > largest * zeroEigenvalue) kept.push(i);
  });
  const smallest = kept.reduce((least, i) => Math.min(least, values[i]!), largest);
  const solveOne = (all: Float64Array, at: number): void => {
    const right = all.slice(at, at + size);
    all.fill(0, at, at + size);
    for (const i of kept) {
      const row = i * size;
      let along = 0;
      for (let j = 0; j < size; j++) along += vectors[row + j]! * right[j]!;
      along /= values[i]!;
      for (let j = 0; j < size; j++) all[at + j]! += along * vectors[row + j]!;
    }
  };
  return {
    async solve(right, count) {
      for (let i = 0; i < count; i++) solveOne(right, i * size);
    },
    rank: kept.length,
    condition: kept.length === 0 ? 1 : Math.sqrt(largest / smallest),
    solver: "minimum-norm",
  };
}
