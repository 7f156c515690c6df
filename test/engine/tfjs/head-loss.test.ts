import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { registerGradients } from "../../../src/engine/tfjs/gradients.js";
import { headLoss, targetLosses } from "../../../src/engine/tfjs/head-loss.js";
import { openWasm } from "../../../src/engine/tfjs/wasm-backend.js";
import { createRandom } from "../../../src/random.js";
import { relativeError } from "../minute-model.js";

before(async () => {
  await openWasm(1);
  registerGradients();
});

const [tokens, width, rows] = [7, 6, 31];
const random = createRandom(5);
const normal = (length: number): Float32Array => Float32Array.from({ length }, random.normal);
const [states, table] = [normal(tokens * width), normal(rows * width)];
const targets = {
  ids: Int32Array.from({ length: tokens }, () => random.below(rows)),
  weights: Float32Array.from({ length: tokens }, (_, i) => (i === 2 ? 0 : random.uniform())),
};

/** In float64: nll of each token, and the loss by the states and by the table. */
function reference(): { losses: number[]; byHidden: number[]; byTable: number[] } {
  const losses: number[] = [];
  const byHidden = new Array<number>(tokens * width).fill(0);
  const byTable = new Array<number>(rows * width).fill(0);
  for (let t = 0; t < tokens; t++) {
    const exponentials = Array.from({ length: rows }, (_, row) => {
      let logit = 0;
      for (let i = 0; i < width; i++) logit += states[t * width + i]! * table[row * width + i]!;
      return Math.exp(logit);
    });
    const total = exponentials.reduce((a, b) => a + b);
    losses.push(-Math.log(exponentials[targets.ids[t]!]! / total));
    for (const [row, exponential] of exponentials.entries()) {
      const error = targets.weights[t]! * (exponential / total - (row === targets.ids[t] ? 1 : 0));
      for (let i = 0; i < width; i++) {
        byHidden[t * width + i]! += error * table[row * width + i]!;
        byTable[row * width + i]! += error * states[t * width + i]!;
      }
    }
  }
  return { losses, byHidden, byTable };
}

describe("the head", () => {
  const expected = reference();
  // In one piece, in pieces of three tokens, and of one where a token's logits are already too many.
  for (const maximumLogits of [undefined, 3 * rows, 5]) {
    it(`gives loss and gradients, at most ${maximumLogits ?? "all"} logits at once`, () => {
      const inputs = [tf.tensor2d(states, [tokens, width]), tf.tensor2d(table, [rows, width])] as const;
      const losses = targetLosses(...inputs, targets.ids, maximumLogits);
      assert.ok(relativeError(losses, expected.losses) < 1e-6);
      const loss = expected.losses.reduce((sum, nll, t) => sum + targets.weights[t]! * nll, 0);
      for (const trainsTable of [true, false]) {
        const { value, grads } = tf.valueAndGrads((hidden, weights = inputs[1]) =>
          headLoss(hidden as tf.Tensor2D, weights as tf.Tensor2D, targets, { trainsTable, maximumLogits }),
        )(trainsTable ? [...inputs] : [inputs[0]]);
        assert.ok(Math.abs(value.dataSync()[0]! / loss - 1) < 1e-6);
        assert.ok(relativeError(grads[0]!.dataSync(), expected.byHidden) < 1e-6);
        if (trainsTable) assert.ok(relativeError(grads[1]!.dataSync(), expected.byTable) < 1e-6);
      }
    });
  }

  it("gives a token whose probability is 0 in float32 its loss", () => {
    const hidden = tf.tensor2d([[300, 0]]);
    const two = tf.tensor2d([
      [1, 0],
      [0, 1],
    ]);
    assert.deepEqual([...targetLosses(hidden, two, Int32Array.of(1))], [300]);
    assert.deepEqual([...targetLosses(hidden, two, Int32Array.of(0))], [0]);
  });
});
