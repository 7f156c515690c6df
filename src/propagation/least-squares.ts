/**
 * The linear map W that makes ‖X W - Y‖ least, and among those the one of smallest norm.
 *
 * Normal equations in float64: G = Xᵀ X and B = Xᵀ Y are summed block by block, so that X and Y may be longer than memory.
 * Well-conditioned G is solved by Cholesky; otherwise its eigenvectors give the minimum-norm solution, with singular
 * values of X below 1e-6 of the largest taken as zero (1e-12 in G's eigenvalues, where float64 leaves noise of about
 * 1e-15). Squaring costs digits: at a condition of 1e4 about 1e-8 is left, beyond that a step of iterative refinement on
 * X itself wins digits back. (Björck, "Numerical Methods for Least Squares Problems", sections 2.2 and 2.9.)
 * Shapes: X [rows, inputs], Y [rows, outputs], W [inputs, outputs].
 */

import { symmetricEigen } from "../matrix/symmetric-eigen.js";
import { addProduct, transposed } from "./block-product.js";
import { cholesky, conditionEstimate, solveCholesky } from "./cholesky.js";

/** Some rows of X and Y, row-major. */
export interface EquationBlock {
  rows: number;
  x: Float64Array;
  y: Float64Array;
}

export interface LinearSystem {
  inputs: number;
  outputs: number;
  /** All rows in blocks; called once a pass over the data, always with the same content. */
  blocks(): Iterable<EquationBlock>;
}

export interface LeastSquaresSolution {
  /** Wᵀ in rows: [outputs, inputs]. */
  transposedMap: Float64Array;
  /** Number of singular values of X that count. */
  rank: number;
  /** Largest through smallest singular value that counts, estimated. */
  condition: number;
  /** ‖X W - Y‖ / ‖Y‖ in the Frobenius norm; 0 where Y is 0. */
  residual: number;
  solver: "cholesky" | "minimum-norm";
}

const zeroSingularValue = 1e-6;
// Far below the border of rank (1e6), so that an estimate too low by a few per cent cannot hide a singular value to drop.
const choleskyLimit = 1e5;
const refinementLimit = 1e4;

/**
 * Solves the system in two passes over its blocks, three where it is badly conditioned; gives way to other work after
 * every block. Throws a plain Error where a value is not finite (callers check their data).
 */
export async function solveLeastSquares(system: LinearSystem): Promise<LeastSquaresSolution> {
  const { inputs, outputs } = system;
  const { gram, right } = await normalEquations(system);
  const { solve, ...facts } = factorise(gram, inputs);
  const map = right;
  for (let output = 0; output < outputs; output++) solve(map, output * inputs);

  const refined = facts.condition > refinementLimit;
  let { residual, gradient } = await residualOf(system, map, refined);
  if (gradient !== undefined) {
    for (let output = 0; output < outputs; output++) solve(gradient, output * inputs);
    for (let i = 0; i < map.length; i++) map[i]! -= gradient[i]!;
    ({ residual, gradient } = await residualOf(system, map, false));
  }
  return { transposedMap: map, residual, ...facts };
}

/** G [inputs, inputs] and Bᵀ [outputs, inputs]. */
async function normalEquations({ inputs, outputs, blocks }: LinearSystem) {
  const gram = new Float64Array(inputs * inputs);
  const right = new Float64Array(outputs * inputs);
  for (const { rows, x, y } of blocks()) {
    const xt = transposed(x, rows, inputs);
    addProduct(gram, xt, xt, { rows: inputs, columns: inputs, inner: rows, lower: true });
    addProduct(right, transposed(y, rows, outputs), xt, { rows: outputs, columns: inputs, inner: rows });
    await giveWay();
  }
  for (let i = 0; i < inputs; i++) for (let j = 0; j < i; j++) gram[j * inputs + i] = gram[i * inputs + j]!;
  return { gram, right };
}

/** Relative residual, and where it is asked for Xᵀ(X W - Y) as rows [outputs, inputs]. */
async function residualOf(system: LinearSystem, map: Float64Array, withGradient: boolean) {
  const { inputs, outputs } = system;
  const gradient = withGradient ? new Float64Array(outputs * inputs) : undefined;
  let difference = 0;
  let size = 0;
  for (const { rows, x, y } of system.blocks()) {
    const fitted = new Float64Array(rows * outputs);
    addProduct(fitted, x, map, { rows, columns: outputs, inner: inputs });
    for (let i = 0; i < fitted.length; i++) {
      const wanted = y[i]!;
      const off = fitted[i]! - wanted;
      fitted[i] = off;
      difference += off * off;
      size += wanted * wanted;
    }
    if (gradient !== undefined) {
      const off = transposed(fitted, rows, outputs);
      addProduct(gradient, off, transposed(x, rows, inputs), { rows: outputs, columns: inputs, inner: rows });
    }
    await giveWay();
  }
  return { residual: size === 0 ? 0 : Math.sqrt(difference / size), gradient };
}

interface Factorised {
  /** Replaces one right-hand side of G by its solution, in place. */
  solve(vectors: Float64Array, at: number): void;
  rank: number;
  condition: number;
  solver: LeastSquaresSolution["solver"];
}

function factorise(gram: Float64Array, size: number): Factorised {
  const factor = cholesky(gram, size);
  if (factor !== undefined) {
    const condition = Math.sqrt(conditionEstimate(gram, factor));
    if (condition <= choleskyLimit) {
      return { solve: (vectors, at) => solveCholesky(factor, vectors, at), rank: size, condition, solver: "cholesky" };
    }
  }
  return pseudoInverse(gram, size);
}

function pseudoInverse(gram: Float64Array, size: number): Factorised {
  const { values, vectors } = symmetricEigen(gram, size);
  const largest = values.reduce((a, b) => Math.max(a, b), 0);
  const kept: number[] = [];
  // Strictly above, so that a matrix of zeros has rank 0.
  values.forEach((value, i) => {
    if (value > largest * zeroSingularValue ** 2) kept.push(i);
  });
  const smallest = kept.reduce((least, i) => Math.min(least, values[i]!), largest);
  const solve = (all: Float64Array, at: number): void => {
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
  const condition = kept.length === 0 ? 1 : Math.sqrt(largest / smallest);
  return { solve, rank: kept.length, condition, solver: "minimum-norm" };
}

/** Lets timers, signals and progress have their turn. */
const giveWay = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
