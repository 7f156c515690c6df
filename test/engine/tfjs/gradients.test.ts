/** Each rule of gradients.ts against tfjs-core's own rule, or against central differences where that needs kernels that are not there. */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { registerGradients } from "../../../src/engine/tfjs/gradients.js";
import { createRandom } from "../../../src/random.js";
import { relativeError } from "../minute-model.js";
import { loadTensorflow } from "../tfjs.js";

type Case = [inputs: number[][], operation: (...inputs: tf.Tensor[]) => tf.Tensor];

const product = (transposeA: boolean, transposeB: boolean): Case => [
  [transposeA ? [2, 4, 3] : [2, 3, 4], transposeB ? [2, 5, 4] : [2, 4, 5]],
  (a, b) => tf.matMul(a!, b!, transposeA, transposeB),
];

const cases: Record<string, Case> = {
  "a sum": [
    [
      [2, 3],
      [2, 3],
    ],
    (a, b) => tf.add(a!, b!),
  ],
  "a sum with a row": [[[2, 4, 3], [3]], (a, b) => tf.add(a!, b!)],
  "a sum with a mask for every block": [
    [
      [2, 3, 4, 4],
      [1, 1, 4, 4],
    ],
    (a, b) => tf.add(a!, b!),
  ],
  "a product by elements": [
    [
      [2, 3],
      [2, 3],
    ],
    (a, b) => tf.mul(a!, b!),
  ],
  "a product with a row": [[[2, 4, 3], [3]], (a, b) => tf.mul(b!, a!)],
  "a product with a column": [
    [
      [4, 3],
      [4, 1],
    ],
    (a, b) => tf.mul(a!, b!),
  ],
  "a product with a number": [[[4, 3], []], (a, b) => tf.mul(a!, b!)],
  "a square": [[[4, 3]], (a) => tf.mul(a!, a!)],
  "a matrix product": product(false, false),
  "a matrix product, first transposed": product(true, false),
  "a matrix product, second transposed": product(false, true),
  "a matrix product, both transposed": product(true, true),
  "a mean of the last axis": [[[4, 3]], (a) => tf.mean(a!, -1, true)],
  "a mean of two axes": [[[4, 3, 2]], (a) => tf.mean(a!, [0, 2])],
  "a reciprocal root": [[[4, 3]], (a) => tf.rsqrt(tf.add(tf.mul(a!, a!), 0.5))],
  "a sigmoid": [[[4, 3]], (a) => tf.sigmoid(a!)],
  "a softmax": [[[2, 4, 3]], (a) => tf.softmax(a!)],
  "a reshaped tensor": [[[4, 3]], (a) => tf.reshape(a!, [2, 6])],
  "a transposed tensor": [[[2, 3, 4, 5]], (a) => tf.transpose(a!, [2, 0, 3, 1])],
  "rows put together": [
    [
      [2, 3],
      [1, 3],
      [4, 3],
    ],
    (a, b, c) => tf.concat([a!, b!, c!]),
  ],
};

/** Gradients of Σ weight · operation² and the inputs. */
function gradientsOf([shapes, operation]: Case): Float32Array[] {
  const random = createRandom(7);
  const draw = (shape: number[]): tf.Tensor =>
    tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape(shape) }, random.normal), shape);
  const inputs = shapes.map(draw);
  const weights = draw(operation(...inputs).shape);
  const gradients = tf.grads((...given: tf.Tensor[]) => operation(...given))(inputs, weights);
  return gradients.map((gradient) => gradient.dataSync() as Float32Array);
}

describe("the gradient of", () => {
  const ours = new Map<string, Float32Array[]>();
  before(async () => {
    await tf.setBackend("cpu");
    registerGradients();
    for (const [name, entry] of Object.entries(cases)) ours.set(name, gradientsOf(entry));
    // Registers tfjs-core's rules in place of ours.
    await loadTensorflow();
  });
  for (const [name, entry] of Object.entries(cases)) {
    it(name, () => {
      const theirs = gradientsOf(entry);
      assert.equal(theirs.length, entry[0].length);
      for (const [i, expected] of theirs.entries()) {
        assert.ok(relativeError(ours.get(name)![i]!, expected) < 1e-6, `input ${i}`);
        assert.ok(expected.some((value) => value !== 0));
      }
    });
  }
});

it("what is gathered from a row goes back to it, summed", async () => {
  await tf.setBackend("cpu");
  const rule = tf.getGradient("GatherV2");
  tf.unregisterGradient("GatherV2");
  registerGradients();
  const ids = tf.tensor1d([2, 0, 2, 2], "int32");
  const dy = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]);
  const [gradient] = tf.grads((table: tf.Tensor) => tf.gather(table, ids))([tf.zeros([4, 2])], dy);
  assert.deepEqual(gradient!.arraySync(), [
    [3, 4],
    [0, 0],
    [1 + 5 + 7, 2 + 6 + 8],
    [0, 0],
  ]);
  tf.registerGradient(rule);
});
