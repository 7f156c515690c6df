import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { createAddProduct } from "../../src/matrix/add-product.js";
import { cholesky, conditionEstimate } from "../../src/matrix/cholesky.js";
import { createMatrixPool, inColumns, inRows, sharedNumbers } from "../../src/matrix/matrix-pool.js";
import { pivotedCholesky } from "../../src/matrix/pivoted-cholesky.js";
import { findSystemBlas } from "../../src/matrix/system-blas.js";
import { createRandom } from "../../src/random.js";

const pool = createMatrixPool(0, null);
after(() => pool.close());

function randomNumbers(length: number, seed: number): Float64Array {
  const random = createRandom(seed);
  return sharedNumbers(length).map(() => random.normal());
}

const shared = (values: Float64Array): Float64Array => {
  const copy = sharedNumbers(values.length);
  copy.set(values);
  return copy;
};

function largestError(actual: Float64Array, wanted: Float64Array): number {
  return actual.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)), 0);
}

test("parts of matrices of any shape and order are multiplied as by three plain loops", () => {
  const addProduct = createAddProduct();
  const length = fc.integer({ min: 0, max: 40 });
  const check = fc.property(length, length, length, fc.boolean(), fc.boolean(), (rows, columns, inner, at, bt) => {
    const [a, b] = [randomNumbers(rows * inner + 3, 1), randomNumbers(inner * columns + 3, 2)];
    const partA = at ? inColumns(a, rows, 3) : inRows(a, inner, 3);
    const partB = bt ? inColumns(b, inner, 3) : inRows(b, columns, 3);
    const out = randomNumbers(rows * columns, 3);
    const wanted = out.slice();
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        for (let k = 0; k < inner; k++) {
          wanted[i * columns + j]! -=
            a[partA.offset + i * partA.row + k * partA.column]! * b[partB.offset + k * partB.row + j * partB.column]!;
        }
      }
    }
    addProduct(inRows(out, columns), partA, partB, { rows, columns, inner }, -1);
    assert.ok(largestError(out, wanted) < 1e-12);
  });
  fc.assert(check, { numRuns: 200 });
});

/** X Xᵀ for X [size, inner]. */
async function gramOf(size: number, inner: number): Promise<Float64Array> {
  const x = shared(randomNumbers(size * inner, 4));
  const gram = sharedNumbers(size * size);
  const shape = { rows: size, columns: size, inner };
  await pool.addProduct(inRows(gram, size), inRows(x, inner), inColumns(x, inner), shape);
  return gram;
}

test("on threads: of several blocks the factor rebuilds the matrix, and solutions solve it", async () => {
  // Larger than a tile of a product (256) and two blocks of the factor (128).
  const size = 300;
  const gram = await gramOf(size, 500);
  const factor = (await cholesky(pool, shared(gram), size))!;
  const rebuilt = sharedNumbers(size * size);
  const square = { rows: size, columns: size, inner: size };
  await pool.addProduct(inRows(rebuilt, size), inRows(factor.lower, size), inColumns(factor.lower, size), square);
  assert.ok(largestError(rebuilt, gram) < 1e-11 * gram[0]!);

  const wanted = randomNumbers(70 * size, 5);
  const right = sharedNumbers(70 * size);
  const shape = { rows: 70, columns: size, inner: size };
  await pool.addProduct(inRows(right, size), inRows(shared(wanted), size), inRows(gram, size), shape);
  await pool.substitute(factor, right, 70);
  assert.ok(largestError(right, wanted) < 1e-10);
});

test("a matrix that is not positive definite has no factor", async () => {
  const size = 5;
  const gram = sharedNumbers(size * size).map((_, i) => (i % (size + 1) === 0 ? (i === 18 ? -1 : 1) : 0));
  assert.equal(await cholesky(pool, shared(gram), size), undefined);
});

test("the condition of a diagonal matrix is estimated", async () => {
  const size = 50;
  const gram = sharedNumbers(size * size);
  for (let i = 0; i < size; i++) gram[i * size + i] = 10 ** (-i / 10);
  const factor = (await cholesky(pool, gram, size))!;
  assert.ok(Math.abs(conditionEstimate(factor) / 10 ** 4.9 - 1) < 0.05);
});

test("pivoted: the rank is found, and the factor rebuilds the matrix", async () => {
  const [size, rank] = [200, 130];
  const gram = await gramOf(size, rank);
  const pivoted = await pivotedCholesky(gram, size, 1e-9, pool);
  assert.equal(pivoted.rank, rank);
  assert.ok(pivoted.rest < 1e-9);
  const rebuilt = sharedNumbers(size * size);
  const shape = { rows: size, columns: size, inner: rank };
  await pool.addProduct(inRows(rebuilt, size), inColumns(pivoted.factor, size), inRows(pivoted.factor, size), shape);
  assert.ok(largestError(rebuilt, gram) < 1e-10);
});

test("the system's BLAS, where there is one, gives the same", async (context) => {
  const blas = findSystemBlas();
  if (blas === null) {
    context.skip("this machine has none that is known");
    return;
  }
  const withBlas = createMatrixPool(0, blas);
  const [rows, columns, inner] = [300, 300, 130];
  const a = shared(randomNumbers(rows * inner + 3, 6));
  const b = shared(randomNumbers(columns * inner + 5, 7));
  for (const [partA, partB, lower] of [
    [inRows(a, inner, 3), inColumns(b, inner, 5), true],
    [inColumns(a, rows, 3), inRows(b, columns, 5), false],
  ] as const) {
    const [one, other] = [sharedNumbers(rows * columns), sharedNumbers(rows * columns)];
    await pool.addProduct(inRows(one, columns), partA, partB, { rows, columns, inner, lower }, -1);
    await withBlas.addProduct(inRows(other, columns), partA, partB, { rows, columns, inner, lower }, -1);
    for (let i = 0; i < rows; i++) {
      const end = lower ? i + 1 : columns;
      const row = (of: Float64Array) => of.subarray(i * columns, i * columns + end);
      assert.ok(largestError(row(one), row(other)) < 1e-12);
    }
  }
  await withBlas.close();
});
