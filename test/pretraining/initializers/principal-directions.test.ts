import { test } from "node:test";
import { blockedRows } from "../../../src/pretraining/initializers/original-rows.js";
import { principalDirections, projectOn } from "../../../src/pretraining/initializers/principal-directions.js";
import { close } from "./close.js";

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

test("projection on the largest right singular vectors: numpy.linalg.svd", () => {
  const expected: Record<number, number[]> = {
    1: [1.131466684572711, -1.336101618928166, 1.7308532450881389, 0.5739550876183737, -0.001194353251856501],
    2: [1.9237456970677136, -1.1144729525171713, 0.6929224053387499, 2.6583085148527905, 0.11449950041014914],
    4: [0.9959830327222375, -1.9979297202575923, 0.5017709649957793, 3.007209368718226, 0.1595456901995173],
    5: [1, -2, 0.5, 3, 0.25],
  };
  for (const [count, projected] of Object.entries(expected)) {
    const vector = Float64Array.of(1, -2, 0.5, 3, 0.25);
    projectOn(principalDirections(rows, Number(count)), vector);
    close(vector, projected, 1e-12);
  }
});
