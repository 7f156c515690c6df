/** What attention takes besides the weights: rotary tables, and masks made of segments and sliding windows. */
import * as tf from "@tensorflow/tfjs-core";
import type { ModelConfig } from "../../model/config.js";
import { ropeFactors } from "../../model/rope-factors.js";
import { attentionMask, isOneSegment } from "../attention-mask.js";
import type { Block } from "../training-set.js";

/** Large enough that its exponential is 0 whatever the score, and finite, so that a sum with it is. */
const hidden = -1e9;

export interface Rotation {
  /** [1, T, 1, head_dim] */
  cosines: tf.Tensor;
  sines: tf.Tensor;
  /** [head_dim, head_dim]: x times it is (−second half, first half) of x, without cutting rows into pieces. */
  swap: tf.Tensor2D;
}

/** Rotary positions (Su et al. 2021) in Hugging Face's order: dimension i turns with i + head_dim / 2. */
export function createRotation(config: ModelConfig, length: number): Rotation {
  const { head_dim: width, rope_theta: theta } = config;
  const half = width / 2;
  const factors = ropeFactors(config);
  const angles = Array.from({ length: length * width }, (_, at) => {
    const i = at % half;
    return (Math.floor(at / width) * theta ** (-i / half)) / (factors?.[i] ?? 1);
  });
  const swap = new Float32Array(width * width);
  for (let i = 0; i < half; i++) {
    swap[(i + half) * width + i] = -1;
    swap[i * width + i + half] = 1;
  }
  const shape = [1, length, 1, width];
  return {
    cosines: tf.tensor(angles.map(Math.cos), shape),
    sines: tf.tensor(angles.map(Math.sin), shape),
    swap: tf.tensor2d(swap, [width, width]),
  };
}

/** [blocks, 1, T, T], or one for all blocks: 0 where a query (third dimension) sees a key, else −10⁹. */
export function createMask(blocks: readonly Block[], window: number | null): tf.Tensor {
  const length = blocks[0]!.inputs.length;
  const patterns = blocks.every(({ segments }) => isOneSegment(segments))
    ? [null]
    : blocks.map(({ segments }) => segments);
  const mask = new Float32Array(patterns.length * length * length);
  for (const [b, segments] of patterns.entries()) {
    mask.set(attentionMask(length, segments, window ?? length, hidden), b * length * length);
  }
  return tf.tensor(mask, [patterns.length, 1, length, length]);
}
