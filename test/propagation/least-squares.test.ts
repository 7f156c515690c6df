import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createMatrixPool } from "../../src/matrix/matrix-pool.js";
import { solveLeastSquares } from "../../src/propagation/least-squares.js";
import { createRandom } from "../../src/random.js";
import { jacobiLeastSquares } from "./jacobi-least-squares.js";

const pool = createMatrixPool();
after(() => pool.close());

interface Shape {
  rows: number;
  inputs: number;
  outputs: number;
}

const multiply = (a: Float64Array, b: Float64Array, rows: number, inner: number, columns: number): Float64Array => {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      for (let j = 0; j < columns; j++) out[i * columns + j]! += a[i * inner + k]! * b[k * columns + j]!;
    }
  }
  return out;
};

/** float32 values, as embeddings are, with singular values spread evenly in the logarithm from 1 to 1 / condition. */
function systemOf(
  shape: Shape,
  condition: number,
  rank = shape.inputs,
  seed = 1,
): { x: Float64Array; y: Float64Array } {
  const { rows, inputs, outputs } = shape;
  const random = createRandom(seed);
  const normal = (length: number): Float64Array => Float64Array.from({ length }, () => random.normal());
  const left = normal(rows * rank);
  const right = normal(rank * inputs);
  for (let k = 0; k < rank; k++) {
    const scale = condition ** (-k / Math.max(1, rank - 1));
    for (let r = 0; r < rows; r++) left[r * rank + k]! *= scale;
  }
  // Rows of `right` made orthonormal, so that the spread of singular values is the one asked for.
  for (let k = 0; k < rank; k++) {
    const row = right.subarray(k * inputs, (k + 1) * inputs);
    for (let pass = 0; pass < 2; pass++) {
      for (let p = 0; p < k; p++) {
        const other = right.subarray(p * inputs, (p + 1) * inputs);
        const along = row.reduce((sum, value, i) => sum + value * other[i]!, 0);
        row.forEach((value, i) => {
          row[i] = value - along * other[i]!;
        });
      }
    }
    const norm = Math.hypot(...row);
    row.forEach((value, i) => {
      row[i] = value / norm;
    });
  }
  const x = Float64Array.from(Float32Array.from(multiply(left, right, rows, rank, inputs)));
  const truth = normal(inputs * outputs);
  const noise = normal(rows * outputs);
  const y = multiply(x, truth, rows, inputs, outputs).map((value, i) => Math.fround(value + 0.1 * noise[i]!));
  return { x, y };
}

const relative = (a: Float64Array, b: Float64Array): number =>
  Math.hypot(...a.map((value, i) => value - b[i]!)) / Math.hypot(...b);

async function solve({ rows, inputs, outputs }: Shape, x: Float64Array, y: Float64Array, rowsAtOnce = 37) {
  const fill = (first: number, count: number, intoX: Float64Array, intoY: Float64Array): void => {
    intoX.set(x.subarray(first * inputs, (first + count) * inputs));
    intoY.set(y.subarray(first * outputs, (first + count) * outputs));
  };
  const solution = await solveLeastSquares({ inputs, outputs, rows, fill, rowsAtOnce }, pool);
  const map = new Float64Array(inputs * outputs);
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) map[i * outputs + o] = solution.transposedMap[o * inputs + i]!;
  }
  return { ...solution, map };
}

/** Fitted values, and results on other rows, against one-sided Jacobi singular values in float64. */
async function compare(shape: Shape, condition: number, rank: number | undefined, limit: number) {
  const { rows, inputs, outputs } = shape;
  const { x, y } = systemOf(shape, condition, rank);
  const reference = jacobiLeastSquares(x, y, shape);
  const solution = await solve(shape, x, y);
  assert.equal(solution.rank, reference.rank);
  const fitted = multiply(x, solution.map, rows, inputs, outputs);
  const wanted = multiply(x, reference.map, rows, inputs, outputs);
  assert.ok(relative(fitted, wanted) < limit, `fitted values off by ${relative(fitted, wanted)}`);
  // Other rows of the same kind, as the trained embeddings are.
  const { x: others } = systemOf(shape, condition, rank, 2);
  const results = relative(
    multiply(others, solution.map, rows, inputs, outputs),
    multiply(others, reference.map, rows, inputs, outputs),
  );
  assert.ok(results < limit, `results off by ${results}`);
  const residual = Math.hypot(...wanted.map((value, i) => value - y[i]!)) / Math.hypot(...y);
  assert.ok(Math.abs(solution.residual - residual) < 1e-6 * residual + 1e-9);
  const trueCondition = reference.singularValues[0]! / reference.singularValues[reference.rank - 1]!;
  assert.ok(
    Math.abs(Math.log(solution.condition / trueCondition)) < 0.25,
    `${solution.condition} for ${trueCondition}`,
  );
  return solution;
}

test("condition 10 and 1e4: Cholesky, equal to float64 singular values", async () => {
  const shape = { rows: 300, inputs: 40, outputs: 23 };
  assert.equal((await compare(shape, 10, undefined, 1e-12)).solver, "cholesky");
  assert.equal((await compare(shape, 1e4, undefined, 1e-7)).solver, "cholesky");
});

test("between 1e4 and the border of rank the result still holds", async () => {
  const shape = { rows: 300, inputs: 40, outputs: 5 };
  assert.equal((await compare(shape, 3e4, undefined, 1e-5)).solver, "cholesky");
  assert.equal((await compare(shape, 4e5, undefined, 1e-3)).solver, "minimum-norm");
});

test("a system without full rank has the minimum-norm solution", async () => {
  const shape = { rows: 300, inputs: 40, outputs: 7 };
  for (const condition of [10, 1e4]) {
    const solution = await compare(shape, condition, 17, 1e-5);
    assert.equal(solution.solver, "minimum-norm");
    assert.equal(solution.rank, 17);
    const { x, y } = systemOf(shape, condition, 17);
    const { map } = jacobiLeastSquares(x, y, shape);
    assert.ok(relative(solution.map, map) < 1e-4, `map off by ${relative(solution.map, map)}`);
  }
});

test("fewer rows than columns: exact fit of least norm", async () => {
  const shape = { rows: 12, inputs: 40, outputs: 7 };
  const solution = await compare(shape, 10, 12, 1e-9);
  assert.equal(solution.rank, 12);
  assert.ok(solution.residual < 1e-9);
});

test("a system of zeros has the map of zeros", async () => {
  const solution = await solve({ rows: 5, inputs: 4, outputs: 3 }, new Float64Array(20), new Float64Array(15));
  assert.equal(solution.rank, 0);
  assert.deepEqual([...solution.map], new Array(12).fill(0));
  assert.equal(solution.residual, 0);
});

test("how the rows are blocked does not matter beyond rounding", async () => {
  const shape = { rows: 130, inputs: 21, outputs: 6 };
  const { x, y } = systemOf(shape, 100);
  const whole = await solve(shape, x, y, 130);
  for (const blockRows of [1, 5, 64]) {
    assert.ok(relative((await solve(shape, x, y, blockRows)).map, whole.map) < 1e-11);
  }
});

test("equal to numpy.linalg.lstsq(x, y, rcond=1e-6) on the same numbers", async () => {
  // Retyped from numpy 2.4 in float64 (LAPACK's gelsd).
  const shape = { rows: 300, inputs: 40, outputs: 7 };
  const cases = [
    {
      rank: undefined,
      norm: 282.5703578818456,
      fitted: 77.38276686695295,
      first: -12.780908955357793,
      last: 27.336546441600124,
    },
    {
      rank: 17,
      norm: 194.42570499146626,
      fitted: 47.962703884701476,
      first: 8.9512545984129,
      last: 11.069601069407538,
    },
  ];
  for (const { rank, norm, fitted, first, last } of cases) {
    const { x, y } = systemOf(shape, 1e4, rank);
    const { map } = await solve(shape, x, y);
    const close = (value: number, wanted: number): void =>
      assert.ok(Math.abs(value / wanted - 1) < 1e-6, `${value} for ${wanted}`);
    close(Math.hypot(...map), norm);
    close(Math.hypot(...multiply(x, map, shape.rows, shape.inputs, shape.outputs)), fitted);
    close(map[0]!, first);
    close(map.at(-1)!, last);
  }
});
