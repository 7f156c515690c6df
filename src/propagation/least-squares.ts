/**
 * The linear map W that makes ‖X W - Y‖ least, and among those the one of smallest norm.
 *
 * Normal equations in float64: G = Xᵀ X and B = Xᵀ Y are summed block by block, so that X and Y may be longer than memory.
 * Well-conditioned G is solved by Cholesky; otherwise the minimum-norm solution is taken, with singular values of X
 * below 1e-6 of the largest as zero (1e-12 in G's eigenvalues, where float64 leaves noise of about 1e-15). Squaring
 * costs digits: at a condition of 1e4 about 1e-8 is left; beyond 3e4 a step of iterative refinement on X itself wins
 * digits back. (Björck, "Numerical Methods for Least Squares Problems", sections 2.2 and 2.9.)
 * Shapes: X [rows, inputs], Y [rows, outputs], W [inputs, outputs].
 */
import { cholesky, conditionEstimate } from "../matrix/cholesky.js";
import { inColumns, inRows, type MatrixPool, sharedNumbers } from "../matrix/matrix-pool.js";
import { minimumNorm } from "./minimum-norm.js";

export interface LinearSystem {
  inputs: number;
  outputs: number;
  rows: number;
  /**
   * Writes rows `first` to `first + count` of X and Y, row-major, to the beginning of `x` and `y`; called for all rows
   * in their order once a pass over the data, always with the same content.
   */
  fill(first: number, count: number, x: Float64Array, y: Float64Array): void;
  /** At most so many rows are in memory twice; about 32 MB a matrix where it is left out. */
  rowsAtOnce?: number;
}

export interface LeastSquaresSolution {
  /** Wᵀ in rows: [outputs, inputs], in memory that threads share. */
  transposedMap: Float64Array;
  /** Number of singular values of X that count. */
  rank: number;
  /** Largest through smallest singular value that counts, estimated. */
  condition: number;
  /** ‖X W - Y‖ / ‖Y‖ in the Frobenius norm; 0 where Y is 0. */
  residual: number;
  solver: "cholesky" | "minimum-norm";
}

/** Solves G Z = right for right-hand sides in rows [count, size], in place. */
export interface Factorised {
  solve(right: Float64Array, count: number): Promise<void>;
  rank: number;
  condition: number;
  solver: LeastSquaresSolution["solver"];
}

// Far below the border of rank (1e6), so that an estimate too low by a few per cent cannot hide a singular value to drop.
const choleskyLimit = 1e5;
const refinementLimit = 3e4;
// ‖Y‖² - ⟨W, B⟩ loses half of its digits to rounding: smaller residuals are measured on the data.
const residualFromSums = 1e-4;
const bytesAtOnce = 32 << 20;

/**
 * Solves the system in one pass over its rows, up to three where it is badly conditioned or fits almost exactly. Values
 * must be finite.
 */
export async function solveLeastSquares(system: LinearSystem, pool: MatrixPool): Promise<LeastSquaresSolution> {
  const { inputs, outputs } = system;
  const { gram, right, size } = await normalEquations(system, pool);
  const map = sharedNumbers(right.length);
  map.set(right);
  const { solve, ...facts } = await factorise(gram, inputs, pool);
  await solve(map, outputs);
  if (facts.condition > refinementLimit) {
    const { gradient } = await deviations(system, pool, map, true);
    await solve(gradient!, outputs);
    for (let i = 0; i < map.length; i++) map[i]! -= gradient![i]!;
  }
  let explained = 0;
  for (let i = 0; i < map.length; i++) explained += map[i]! * right[i]!;
  const rest = size === 0 ? 0 : Math.sqrt(Math.max(0, size - explained) / size);
  const isRough = rest < residualFromSums || facts.condition > refinementLimit;
  const residual = size > 0 && isRough ? Math.sqrt((await deviations(system, pool, map, false)).sum / size) : rest;
  return { transposedMap: map, residual, ...facts };
}

async function factorise(gram: Float64Array, size: number, pool: MatrixPool): Promise<Factorised> {
  const copy = sharedNumbers(gram.length);
  copy.set(gram);
  const factor = await cholesky(pool, copy, size);
  if (factor !== undefined) {
    const condition = Math.sqrt(conditionEstimate(factor));
    if (condition <= choleskyLimit) {
      const solve = (right: Float64Array, count: number): Promise<void> => pool.substitute(factor, right, count);
      return { solve, rank: size, condition, solver: "cholesky" };
    }
  }
  return await minimumNorm(gram, size, pool);
}

/** G [inputs, inputs], its lower half at least, Bᵀ [outputs, inputs] and ‖Y‖². */
async function normalEquations(system: LinearSystem, pool: MatrixPool) {
  const { inputs, outputs } = system;
  const gram = sharedNumbers(inputs * inputs);
  const right = sharedNumbers(outputs * inputs);
  let size = 0;
  await eachBlock(system, async (rows, x, y) => {
    const shape = { inner: rows, columns: inputs };
    await Promise.all([
      pool.addProduct(inRows(gram, inputs), inColumns(x, inputs), inRows(x, inputs), {
        ...shape,
        rows: inputs,
        lower: true,
      }),
      pool.addProduct(inRows(right, inputs), inColumns(y, outputs), inRows(x, inputs), { ...shape, rows: outputs }),
    ]);
    for (let i = 0; i < rows * outputs; i++) size += y[i]! * y[i]!;
  });
  for (let i = 0; i < inputs; i++) for (let j = 0; j < i; j++) gram[j * inputs + i] = gram[i * inputs + j]!;
  return { gram, right, size };
}

/** ‖X W - Y‖², and where it is asked for Xᵀ(X W - Y) as rows [outputs, inputs]. */
async function deviations(system: LinearSystem, pool: MatrixPool, map: Float64Array, withGradient: boolean) {
  const { inputs, outputs } = system;
  const gradient = withGradient ? sharedNumbers(outputs * inputs) : undefined;
  let sum = 0;
  await eachBlock(system, async (rows, x, y) => {
    const off = y;
    const fitted = { rows, columns: outputs, inner: inputs };
    await pool.addProduct(inRows(off, outputs), inRows(x, inputs), inColumns(map, inputs), fitted, -1);
    for (let i = 0; i < rows * outputs; i++) sum += off[i]! * off[i]!;
    if (gradient === undefined) return;
    const shape = { rows: outputs, columns: inputs, inner: rows };
    await pool.addProduct(inRows(gradient, inputs), inColumns(off, outputs), inRows(x, inputs), shape, -1);
  });
  return { sum, gradient };
}

/** Two places for blocks: one is filled while the other is worked on. `use` may overwrite `y`. */
async function eachBlock(
  { rows, inputs, outputs, fill, rowsAtOnce }: LinearSystem,
  use: (rows: number, x: Float64Array, y: Float64Array) => Promise<void>,
): Promise<void> {
  const fitting = rowsAtOnce ?? Math.floor(bytesAtOnce / (8 * Math.max(inputs, outputs)));
  const most = Math.max(1, Math.min(rows, fitting));
  const places = [0, 1].map(() => ({ x: sharedNumbers(most * inputs), y: sharedNumbers(most * outputs) }));
  let work: Promise<void> = Promise.resolve();
  for (let first = 0, turn = 0; first < rows; first += most, turn = 1 - turn) {
    const count = Math.min(most, rows - first);
    const { x, y } = places[turn]!;
    try {
      fill(first, count, x, y);
    } finally {
      await work;
    }
    work = use(count, x, y);
    // What the work needs of this thread (messages to others) goes first.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await work;
}
