/** How fast a device multiplies matrices: what a training's rate is compared with. */
import * as tf from "@tensorflow/tfjs-core";

const size = 1024;
const runs = 5;

/** Floating-point operations a second in a float32 product of 1,024 by 1,024 matrices; the best of five, after one that is not counted. */
export function measureFlops(): number {
  return tf.tidy(() => {
    const [a, b] = [tf.fill([size, size], 0.5), tf.fill([size, size], 0.25)];
    let best = Number.POSITIVE_INFINITY;
    for (let run = 0; run <= runs; run++) {
      const start = performance.now();
      // Reading a number waits for the product where it is computed elsewhere.
      tf.slice(tf.matMul(a, b), [0, 0], [1, 1]).dataSync();
      if (run > 0) best = Math.min(best, performance.now() - start);
    }
    return (2 * size ** 3) / (best / 1000);
  });
}
