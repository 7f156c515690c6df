/**
 * The derivatives of the operations that decoder.ts is made of, for tfjs's autodiff. The package has rules of
 * its own, but in files that Node cannot import (ES modules without endings in a CommonJS package), and
 * some of them make large constants on the host. Where a package of TensorFlow is in use, its import has
 * registered tfjs's rules, and they stay. test/engine/tfjs/gradients.test.ts compares these with those.
 */
import * as tf from "@tensorflow/tfjs-core";

/** `y`: the operation's result; `dy`: the loss by it. Gives the loss by each input, only those that are asked for computed. */
type Rule = Pick<tf.GradConfig, "inputsToSave" | "saveAllInputs" | "outputsToSave"> & {
  gradient(dy: tf.Tensor, saved: tf.Tensor[], attributes: never): Record<string, () => tf.Tensor>;
};

const rules: Record<string, Rule> = {
  Add: {
    inputsToSave: ["a", "b"],
    gradient: (dy, [a, b]) => ({ a: () => sumTo(dy, a!.shape), b: () => sumTo(dy, b!.shape) }),
  },
  Multiply: {
    inputsToSave: ["a", "b"],
    gradient: (dy, [a, b]) => ({
      a: () => sumTo(tf.mul(dy, b!), a!.shape),
      b: () => sumTo(tf.mul(dy, a!), b!.shape),
    }),
  },
  BatchMatMul: {
    inputsToSave: ["a", "b"],
    gradient(dy, saved, { transposeA, transposeB }: tf.BatchMatMulAttrs) {
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      return {
        a: () => (transposeA ? tf.matMul(b, dy, transposeB, true) : tf.matMul(dy, b, false, !transposeB)),
        b: () => (transposeB ? tf.matMul(dy, a, true, transposeA) : tf.matMul(a, dy, !transposeA, false)),
      };
    },
  },
  Mean: {
    inputsToSave: ["x"],
    gradient(dy, saved, { axis }: tf.MeanAttrs) {
      const x = saved[0]!;
      const axes = tf.util.parseAxisParam(axis, x.shape);
      const reduced = x.shape.map((length, i) => (axes.includes(i) ? 1 : length));
      const count = axes.reduce((product, i) => product * x.shape[i]!, 1);
      return { x: () => tf.mul(tf.onesLike(x), tf.reshape(tf.mul(dy, 1 / count), reduced)) };
    },
  },
  /** d x^(−1/2) = −1/2 · x^(−3/2) */
  Rsqrt: {
    outputsToSave: [true],
    gradient: (dy, [y]) => ({ x: () => tf.mul(tf.mul(dy, -0.5), tf.mul(y!, tf.mul(y!, y!))) }),
  },
  Sigmoid: {
    outputsToSave: [true],
    gradient: (dy, [y]) => ({ x: () => tf.mul(dy, tf.mul(y!, tf.sub(1, y!))) }),
  },
  /** Over the last axis. */
  Softmax: {
    outputsToSave: [true],
    gradient(dy, [y]) {
      return {
        logits: () => {
          const weighted = tf.mul(dy, y!);
          return tf.sub(weighted, tf.mul(tf.sum(weighted, -1, true), y!));
        },
      };
    },
  },
  Reshape: {
    inputsToSave: ["x"],
    gradient: (dy, [x]) => ({ x: () => tf.reshape(dy, x!.shape) }),
  },
  Transpose: {
    gradient: (dy, _, { perm }: tf.TransposeAttrs) => ({
      x: () =>
        tf.transpose(
          dy,
          perm.map((_, axis) => perm.indexOf(axis)),
        ),
    }),
  },
  /** Along the first axis. */
  Concat: {
    saveAllInputs: true,
    gradient(dy, inputs) {
      let row = 0;
      const begins = inputs.map(({ shape }) => {
        row += shape[0]!;
        return row - shape[0]!;
      });
      const entries = inputs.map(({ shape }, i) => {
        const begin = [begins[i]!, ...shape.slice(1).map(() => 0)];
        return [i, () => tf.slice(dy, begin, shape)] as const;
      });
      return Object.fromEntries(entries);
    },
  },
  /** Rows of a table [rows, width]: what goes to one row is summed. */
  GatherV2: {
    inputsToSave: ["x", "indices"],
    gradient: (dy, [x, indices]) => ({
      x: () => tf.scatterND(tf.reshape(indices!, [-1, 1]), dy, x!.shape),
      indices: () => tf.zerosLike(indices!),
    }),
  },
};

export const gradientKernels = Object.keys(rules);

/** Leaves rules alone that are there already. */
export function registerGradients(): void {
  for (const [kernelName, { gradient, ...saved }] of Object.entries(rules)) {
    if (tf.getGradient(kernelName) !== undefined) continue;
    const gradFunc: tf.GradFunc = (dy, tensors, attributes) => gradient(dy as tf.Tensor, tensors, attributes as never);
    tf.registerGradient({ kernelName, ...saved, gradFunc });
  }
}

/** Undoes broadcasting. */
function sumTo(dy: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, dy.shape);
  return tf.reshape(axes.length === 0 ? dy : tf.sum(dy, axes), shape);
}
