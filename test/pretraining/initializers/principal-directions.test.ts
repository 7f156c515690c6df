import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createMatrixPool, sharedNumbers } from "../../../src/matrix/matrix-pool.js";
import { blockedRows } from "../../../src/pretraining/initializers/original-rows.js";
import { principalDirections, projected } from "../../../src/pretraining/initializers/principal-directions.js";
import { createRandom } from "../../../src/random.js";
import { close } from "./close.js";

const pool = createMatrixPool(2, null);
after(() => pool.close());

const matrix = Float32Array.from(
  [
    [-5, -2, -4, 0, -1],
    [2, -5, 5, -1, -1],
    [-2, 3, 3, -2, -1],
    [5, 0, 1, -3, -1],
    [1, -3, -1, -4, -1],
    [-3, 5, -3, -5, -1],
    [4, 2, -5, 5, -1],
    [0, -1, 4, 4, -1],
  ].flat(),
);
const rows = blockedRows(5, 8, 3, (first, count) => matrix.slice(first * 5, (first + count) * 5));

test("projection on the largest right singular vectors: numpy.linalg.svd", async () => {
  const expected: Record<number, number[]> = {
    1: [1.131466684572711, -1.336101618928166, 1.7308532450881389, 0.5739550876183737, -0.001194353251856501],
    2: [1.9237456970677136, -1.1144729525171713, 0.6929224053387499, 2.6583085148527905, 0.11449950041014914],
    4: [0.9959830327222375, -1.9979297202575923, 0.5017709649957793, 3.007209368718226, 0.1595456901995173],
    5: [1, -2, 0.5, 3, 0.25],
  };
  for (const [count, numbers] of Object.entries(expected)) {
    const vector = sharedNumbers(5);
    vector.set([1, -2, 0.5, 3, 0.25]);
    const directions = await principalDirections(rows, Number(count), pool);
    close(await projected(directions, vector, 5, pool), numbers, 1e-12);
  }
});

test("on threads: what is projected stays, and what is taken away is at right angles to every direction", async () => {
  const [width, count, kept] = [140, 400, 60];
  const random = createRandom(1);
  const values = Float32Array.from({ length: count * width }, (_, i) => random.normal() / (1 + (i % width)));
  const many = blockedRows(width, count, 16, (first, some) => values.slice(first * width, (first + some) * width));
  const directions = await principalDirections(many, kept, pool);
  const vectors = sharedNumbers(200 * width).map(() => random.normal());
  const own = sharedNumbers(vectors.length);
  own.set(vectors);
  const once = await projected(directions, own, width, pool);
  const twice = await projected(directions, once, width, pool);
  close(twice, [...once], 1e-12);
  for (let row = 0; row < 200; row++) {
    for (let k = 0; k < kept; k++) {
      let sum = 0;
      for (let i = 0; i < width; i++) {
        sum += (own[row * width + i]! - once[row * width + i]!) * directions[k * width + i]!;
      }
      assert.ok(Math.abs(sum) < 1e-12);
    }
  }
  // The directions are those of the largest singular values: the first rows of the matrix lose little.
  const first = sharedNumbers(10 * width);
  first.set(values.subarray(0, 10 * width));
  const left = await projected(directions, first, width, pool);
  const size = (of: Float64Array) => Math.hypot(...of);
  assert.ok(size(first.map((value, i) => value - left[i]!)) < 0.2 * size(first));
});
