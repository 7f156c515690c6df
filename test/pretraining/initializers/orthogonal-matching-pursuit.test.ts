import assert from "node:assert/strict";
import { test } from "node:test";
import { orthogonalMatchingPursuit } from "../../../src/pretraining/initializers/orthogonal-matching-pursuit.js";
import { unitVectors } from "../../../src/pretraining/initializers/unit-vectors.js";
import { createRandom } from "../../../src/random.js";
import { close } from "./close.js";

const rows = [
  [1, 2, 0, -1],
  [3, 1, 1, 0],
  [0, 1, 4, 2],
  [2, -1, 1, 3],
  [-1, 0, 2, 1],
  [1, 1, 1, 1],
];
const atoms = unitVectors(
  rows.map((row) => Float32Array.from(row)),
  4,
);
const target = [0.5, 1.25, -2, 0.75];

/** numpy: argmax of the products with the residual, then linalg.lstsq over all atoms taken. */
const expected: [places: number[], coefficients: number[]][] = [
  [[4], [-1.5309310335262005]],
  [
    [4, 5],
    [-1.959591722913537, 1.05],
  ],
  [
    [4, 5, 1],
    [-3.9537957996285384, 4.7717391304347885, -3.8573787975129337],
  ],
  [
    [4, 5, 1, 3],
    [-3.949802067204421, 4.80000000173136, -3.855576285970238, -0.04841229120451761],
  ],
];

test("orthogonal matching pursuit: atoms and coefficients of numpy's least squares", () => {
  for (const [places, coefficients] of expected) {
    const found = orthogonalMatchingPursuit(atoms, target, places.length);
    assert.deepEqual([...found.places], places);
    close(found.coefficients, coefficients, 2e-6);
  }
});

test("orthogonal matching pursuit: a sum of two atoms is found again, and nothing is added to it", () => {
  const random = createRandom(3);
  const many = unitVectors(
    Array.from({ length: 30 }, () => Float32Array.from({ length: 40 }, () => random.normal())),
    40,
  );
  const sum = Float64Array.from({ length: 40 }, (_, i) => 2 * many.values[5 * 40 + i]! - many.values[17 * 40 + i]!);
  const { places, coefficients } = orthogonalMatchingPursuit(many, sum, 8);
  assert.deepEqual(
    [...places].sort((a, b) => a - b),
    [5, 17],
  );
  close(coefficients, places[0] === 5 ? [2, -1] : [-1, 2], 1e-6);
});

test("orthogonal matching pursuit: a target of zeros, and equal atoms, end it", () => {
  assert.equal(orthogonalMatchingPursuit(atoms, [0, 0, 0, 0], 3).places.length, 0);
  const twice = unitVectors([Float32Array.of(1, 0), Float32Array.of(1, 0)], 2);
  assert.deepEqual([...orthogonalMatchingPursuit(twice, [1, 1], 2).places], [0]);
});
