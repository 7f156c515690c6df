/** The replaced kernels against the same sums in TypeScript, and what they leave in the heap. */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { openWasm } from "../../../src/engine/tfjs/wasm-backend.js";
import { createRandom } from "../../../src/random.js";
import { relativeError } from "../minute-model.js";

before(() => openWasm(1));

const random = createRandom(3);
const draw = (shape: number[]): tf.Tensor =>
  tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape(shape) }, random.normal), shape);
const stored = (): number => (tf.backend() as BackendWasm).numDataIds();

/** [batch, m, k] by [batch, k, n], each as it lies or with its last axes swapped. */
function expected(a: tf.Tensor, b: tf.Tensor, swapA: boolean, swapB: boolean): number[] {
  const [x, y] = [a.arraySync() as number[][][], b.arraySync() as number[][][]];
  const at = (matrix: number[][], row: number, column: number, swap: boolean): number =>
    swap ? matrix[column]![row]! : matrix[row]![column]!;
  const m = a.shape[swapA ? 2 : 1]!;
  const k = a.shape[swapA ? 1 : 2]!;
  const n = b.shape[swapB ? 1 : 2]!;
  return x.flatMap((matrix, i) =>
    Array.from({ length: m * n }, (_, place) => {
      const [row, column] = [Math.floor(place / n), place % n];
      let sum = 0;
      for (let j = 0; j < k; j++) sum += at(matrix, row, j, swapA) * at(y[i]!, j, column, swapB);
      return sum;
    }),
  );
}

describe("a product in WebAssembly", () => {
  for (const batch of [1, 3]) {
    for (const [swapA, swapB] of [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ] as const) {
      it(`of ${batch} pairs, ${swapA ? "first transposed" : "first as it lies"}, ${swapB ? "second transposed" : "second as it lies"}`, () => {
        const a = draw(swapA ? [batch, 19, 7] : [batch, 7, 19]);
        const b = draw(swapB ? [batch, 11, 19] : [batch, 19, 11]);
        const before = stored();
        const result = tf.matMul(a, b, swapA, swapB);
        assert.deepEqual(result.shape, [batch, 7, 11]);
        assert.ok(relativeError(result.dataSync(), expected(a, b, swapA, swapB)) < 1e-6);
        assert.equal(stored(), before + 1);
        // Nothing packed is left over from before.
        const other = draw(b.shape);
        assert.ok(relativeError(tf.matMul(a, other, swapA, swapB).dataSync(), expected(a, other, swapA, swapB)) < 1e-6);
        for (const tensor of [a, b, other, result]) tensor.dispose();
      });
    }
  }

  it("keeps the axes before the last two", () => {
    assert.deepEqual(tf.matMul(draw([2, 3, 4, 5]), draw([2, 3, 5, 6])).shape, [2, 3, 4, 6]);
    assert.deepEqual(tf.matMul(draw([4, 5]), draw([5, 6])).shape, [4, 6]);
  });
});

describe("a slice in WebAssembly", () => {
  it("of rows and of columns has their numbers", () => {
    const numbers = tf.reshape(tf.range(0, 24), [4, 3, 2]);
    assert.deepEqual(tf.slice(numbers, [1, 0, 0], [2, 3, 2]).arraySync(), [
      [
        [6, 7],
        [8, 9],
        [10, 11],
      ],
      [
        [12, 13],
        [14, 15],
        [16, 17],
      ],
    ]);
    assert.deepEqual(tf.slice(numbers, [2, 1, 1], [2, 1, 1]).arraySync(), [[[15]], [[21]]]);
  });
});

describe("a clone in WebAssembly", () => {
  it("shares the numbers and outlives the original", () => {
    const before = stored();
    const original = draw([5]);
    const numbers = original.dataSync();
    const clone = tf.clone(original);
    assert.equal(stored(), before + 1);
    original.dispose();
    assert.deepEqual(clone.dataSync(), numbers);
    clone.dispose();
    assert.equal(stored(), before);
  });
});
