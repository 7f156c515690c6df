import { test } from "node:test";
import { nearest, softmax } from "../../../src/pretraining/initializers/nearest.js";
import { frequencyWeights, positionWeights } from "../../../src/pretraining/initializers/weighted-mean.js";
import { close } from "./close.js";

test("weights by position: the last piece of the embedding, the first of the head (numpy)", () => {
  const rising = [0.002144008783584634, 0.015842201178506925, 0.11705891323853292, 0.8649548767993754];
  close(positionWeights(4, 2), rising, 1e-15);
  close(positionWeights(4, -2), [...rising].reverse(), 1e-15);
  close(positionWeights(3, 0), [1 / 3, 1 / 3, 1 / 3], 1e-15);
  close(positionWeights(2000, 100).slice(-1), [1], 1e-15);
});

test("weights by frequency (numpy)", () => {
  const shares = Float64Array.of(0.01, 0.0002, 0.05);
  const expected = [0.0963172804532578, 0.882908404154863, 0.02077431539187913];
  close(frequencyWeights(Int32Array.of(0, 1, 2), shares, 1e-3), expected, 1e-15);
});

test("nearest places and their softmax (numpy)", () => {
  close(nearest(Float64Array.of(0.5, 0.1, 0.8, 0.45, 0.8), 3), [2, 4, 0], 0);
  close(nearest(Float64Array.of(0.5, 0.1), 3), [0, 1], 0);
  close(softmax([0.8, 0.5, 0.45], 0.1), [0.9259392562016979, 0.04609980105300302, 0.027960942745299075], 1e-15);
  close(softmax([1000, 0], 1e-3), [1, 0], 0);
  close(softmax([0, 0.5], 1e-320), [0, 1], 0);
});
