import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createMatrixPool } from "../../../src/matrix/matrix-pool.js";
import { blockedRows } from "../../../src/pretraining/initializers/original-rows.js";
import { gaussianOf } from "../../../src/pretraining/initializers/script.js";
import { close } from "./close.js";

const read = (values: number[], width: number) => {
  const all = Float32Array.from(values);
  return blockedRows(width, all.length / width, 2, (first, count) => all.slice(first * width, (first + count) * width));
};

const pool = createMatrixPool(1, null);
after(() => pool.close());

test("mean and Cholesky factor of the covariance: numpy", async () => {
  const rows = [-3, 0, 2, 2, 0, -3, 3, 3, 2, 0, 2, 3, 0, -3, 0, 3, 2, 0, 2, 3, 3, -3, 0, 2, 2, 0, -3];
  const { mean, factor } = await gaussianOf(read(rows, 3), () => true, pool);
  close(mean, [2 / 3, 7 / 9, 2 / 3], 1e-14);
  const lower = [0, 3, 4, 6, 7, 8].map((at) => factor[at]!);
  const expected = [2.211083193570267, 0.8207808824616899, 1.6156328049000985];
  close(lower, [...expected, -0.8040302522073696, 1.5317511920046083, 1.3770121743168084], 1e-12);
});

test("fewer rows than dimensions: L Lᵀ is the covariance all the same, and no number is infinite", async () => {
  const covariance = [
    [62 / 9, 7 / 3, -20 / 9, 44 / 9],
    [7 / 3, 2, 5 / 3, 4 / 3],
    [-20 / 9, 5 / 3, 50 / 9, -20 / 9],
    [44 / 9, 4 / 3, -20 / 9, 32 / 9],
  ];
  // The second row does not belong to the group.
  const rows = [-3, 0, 3, -1, 99, 99, 99, 99, 2, 0, -2, 3, 3, 3, 3, 3];
  const { mean, factor } = await gaussianOf(read(rows, 4), (id) => id !== 1, pool);
  close(mean, [2 / 3, 1, 4 / 3, 5 / 3], 1e-14);
  for (let i = 0; i < 4; i++) {
    for (let j = 0; j < 4; j++) {
      let sum = 0;
      for (let k = 0; k <= Math.min(i, j); k++) sum += factor[i * 4 + k]! * factor[j * 4 + k]!;
      assert.ok(Math.abs(sum - covariance[i]![j]!) < 1e-9, `${i}, ${j}: ${sum}`);
    }
  }
});
