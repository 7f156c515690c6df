/** RMS norm with its weights, both ways (Zhang & Sennrich 2019). */
import type { GradientSink } from "./gradient-sink.js";
import type { Linears } from "./linear.js";
import type { Ops, Tensor } from "./tensor.js";

export interface NormContext {
  ops: Ops;
  linears: Linears;
  sink: GradientSink;
  /** Added to the mean square. */
  epsilon: number;
}

export interface Layer {
  forward(x: Tensor): Tensor;
  /** The output's gradient to the input's; after `forward`. */
  backward(dy: Tensor): Tensor;
}

/** Over the first dimension, which is as long as the weights called `name`. */
export function normLayer({ ops, linears, sink, epsilon }: NormContext, name: string): Layer {
  let input: Tensor;
  let normed: Tensor;
  return {
    forward(x) {
      input = x;
      normed = ops.rmsNorm(x, epsilon);
      return ops.mul(normed, linears.leaf(name));
    },
    backward(dy) {
      sink(name, () => ops.repeatBack(ops.mul(dy, normed), linears.leaf(name)));
      return ops.rmsNormBack(ops.mul(dy, linears.leaf(name)), input, epsilon);
    },
  };
}
