/**
 * The blocks of the model, forwards and backwards. The backward pass is written out by hand, so that
 * every gradient is a plain matrix product. With activation checkpointing (Chen et al. 2016) only each
 * block's input is kept; its results are computed a second time when the backward pass gets to it.
 */
import type { ModelConfig } from "../../model/config.js";
import { attentionLayer } from "./attention.js";
import { feedForwardLayer } from "./feed-forward.js";
import type { GradientSink } from "./gradient-sink.js";
import type { Inputs } from "./inputs.js";
import type { Linears } from "./linear.js";
import type { Layer } from "./norm.js";
import type { Ops, Rope, Tensor } from "./tensor.js";

export interface BlockContext {
  ops: Ops;
  want: (tensor: Tensor) => void;
  config: ModelConfig;
  linears: Linears;
  inputs: Inputs;
  rope: Rope;
  sink: GradientSink;
  epsilon: number;
  /** See attention-core.ts. */
  maximumScores?: number | undefined;
}

/** Embedded tokens [d, N] to the last block's output [d, N]. */
export function createBlockStack(context: BlockContext, checkpointing: boolean): Layer {
  const { config, want } = context;
  const numbers = Array.from({ length: config.num_hidden_layers }, (_, i) => i);
  if (!checkpointing) {
    const blocks = numbers.map((i) => createBlock(context, i));
    return {
      forward: (x) => blocks.reduce((state, block) => block.forward(state), x),
      backward: (dy) => blocks.reduceRight((gradient, block) => block.backward(gradient), dy),
    };
  }
  const inputs: Tensor[] = [];
  return {
    forward: (x) =>
      numbers.reduce((state, i) => {
        inputs[i] = state;
        const output = createBlock(context, i).forward(state);
        want(output);
        return output;
      }, x),
    backward: (dy) =>
      numbers.reduceRight((gradient, i) => {
        const block = createBlock(context, i);
        block.forward(inputs[i]!);
        const dx = block.backward(gradient);
        want(dx);
        return dx;
      }, dy),
  };
}

function createBlock(context: BlockContext, i: number): Layer {
  const prefix = `model.layers.${i}.`;
  const attention = attentionLayer(context, i, prefix);
  const feedForward = feedForwardLayer(context, prefix);
  return {
    forward: (x) => feedForward.forward(attention.forward(x)),
    backward: (dy) => attention.backward(feedForward.backward(dy)),
  };
}
