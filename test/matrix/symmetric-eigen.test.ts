import assert from "node:assert/strict";
import { test } from "node:test";
import { symmetricEigen } from "../../src/matrix/symmetric-eigen.js";
import { createRandom } from "../../src/random.js";

function check(matrix: Float64Array, size: number): Float64Array {
  const { values, vectors } = symmetricEigen(matrix.slice(), size);
  const norm = Math.hypot(...matrix) || 1;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let rebuilt = 0;
      let product = 0;
      for (let k = 0; k < size; k++) {
        rebuilt += values[k]! * vectors[k * size + i]! * vectors[k * size + j]!;
        product += vectors[i * size + k]! * vectors[j * size + k]!;
      }
      assert.ok(Math.abs(rebuilt - matrix[i * size + j]!) < 1e-13 * norm, `A[${i},${j}] of size ${size}`);
      assert.ok(Math.abs(product - (i === j ? 1 : 0)) < 1e-13, `row ${i} · row ${j} of size ${size}`);
    }
  }
  return values.sort();
}

test("random, diagonal, zero and low-rank matrices are rebuilt from their eigenvectors", () => {
  const random = createRandom(3);
  for (const size of [1, 2, 3, 4, 17, 60]) {
    const half = Float64Array.from({ length: size * size }, () => random.normal());
    check(
      Float64Array.from(half, (_, at) => half[at]! + half[(at % size) * size + Math.floor(at / size)]!),
      size,
    );
    check(new Float64Array(size * size), size);
    check(
      Float64Array.from(half, (_, at) => (at % (size + 1) === 0 ? (at % 7) - 3 : 0)),
      size,
    );
    const v = Float64Array.from({ length: size }, () => random.normal());
    check(
      Float64Array.from(half, (_, at) => v[at % size]! * v[Math.floor(at / size)]!),
      size,
    );
  }
});

test("the eigenvalues of a path's second differences are the known cosines", () => {
  // 2 on the diagonal, -1 beside it: λ_k = 2 - 2 cos(kπ / (n + 1)).
  const size = 40;
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    matrix[i * size + i] = 2;
    if (i > 0) matrix[i * size + i - 1] = matrix[(i - 1) * size + i] = -1;
  }
  check(matrix, size).forEach((value, i) => {
    assert.ok(Math.abs(value - (2 - 2 * Math.cos(((i + 1) * Math.PI) / (size + 1)))) < 1e-13);
  });
});

test("values that are not finite are refused", () => {
  assert.throws(() => symmetricEigen(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2), /not finite/);
});
