/**
 * The Llama block stack, forwards and backwards: RMS norm, rotary grouped-query attention, SwiGLU
 * (Touvron et al. 2023, LLaMA, section 2.2; Ainslie et al. 2023, GQA). The backward pass is written out
 * by hand, so that every gradient is a plain matrix product. Shapes in ggml's order: hidden states
 * [d, N], N = B·T tokens; attention works on [head, T·G, KV, B], the G query heads of a key-value head
 * in a row, so that one product serves a whole group and sums over it.
 */
import type { ModelConfig } from "../../model/config.js";
import type { Inputs } from "./inputs.js";
import type { Linears } from "./linear.js";
import type { Ops, Rope, Tensor } from "./tensor.js";

/** Hands over the gradient of the parameter `name`; only called for trained ones. */
export type GradientSink = (name: string, gradient: () => Tensor) => void;

export interface LlamaStack {
  /** Embedded tokens [d, N] to the last block's output [d, N]. */
  forward(x: Tensor): Tensor;
  /** The output's gradient to that of the embedded tokens; after `forward`. */
  backward(dx: Tensor): Tensor;
}

export interface StackContext {
  ops: Ops;
  config: ModelConfig;
  linears: Linears;
  inputs: Inputs;
  rope: Rope;
  sink: GradientSink;
}

/** A norm's weights and RMS norm itself, both ways. */
export function normLayer(
  { ops, config, linears, sink }: Pick<StackContext, "ops" | "config" | "linears" | "sink">,
  name: string,
) {
  const epsilon = config.rms_norm_eps;
  let input: Tensor;
  let normed: Tensor;
  return {
    forward(x: Tensor): Tensor {
      input = x;
      normed = ops.rmsNorm(x, epsilon);
      return ops.mul(normed, linears.leaf(name));
    },
    backward(dy: Tensor): Tensor {
      sink(name, () => ops.repeatBack(ops.mul(dy, normed), linears.leaf(name)));
      return ops.rmsNormBack(ops.mul(dy, linears.leaf(name)), input, epsilon);
    },
  };
}

export function createLlamaStack(context: StackContext): LlamaStack {
  const layers = Array.from({ length: context.config.num_hidden_layers }, (_, i) => {
    const prefix = `model.layers.${i}.`;
    return [attentionLayer(context, prefix), feedForwardLayer(context, prefix)];
  }).flat();
  return {
    forward: (x) => layers.reduce((state, layer) => layer.forward(state), x),
    backward: (dx) => layers.reduceRight((gradient, layer) => layer.backward(gradient), dx),
  };
}

function feedForwardLayer(context: StackContext, prefix: string): LlamaStack {
  const { ops, linears, sink } = context;
  const norm = normLayer(context, `${prefix}post_attention_layernorm.weight`);
  const [gateName, upName, downName] = ["gate", "up", "down"].map((part) => `${prefix}mlp.${part}_proj.weight`) as [
    string,
    string,
    string,
  ];
  let input: Tensor;
  let gate: Tensor;
  let up: Tensor;
  let active: Tensor;
  return {
    forward(x) {
      input = norm.forward(x);
      gate = linears.forward(gateName, input);
      up = linears.forward(upName, input);
      active = ops.swiglu(gate, up);
      return ops.add(x, linears.forward(downName, active));
    },
    backward(dy) {
      sink(downName, () => linears.weightGradient(active, dy));
      const dActive = linears.backward(downName, dy);
      const dGate = ops.siluBack(ops.mul(dActive, up), gate);
      const dUp = ops.mul(dActive, ops.silu(gate));
      sink(gateName, () => linears.weightGradient(input, dGate));
      sink(upName, () => linears.weightGradient(input, dUp));
      const dInput = ops.add(linears.backward(gateName, dGate), linears.backward(upName, dUp));
      return ops.add(dy, norm.backward(dInput));
    },
  };
}

function attentionLayer(context: StackContext, prefix: string): LlamaStack {
  const { ops, config, linears, inputs, rope, sink } = context;
  const { head_dim: head, num_attention_heads: heads, num_key_value_heads: groups } = config;
  const { blocks, length } = inputs;
  const n = blocks * length;
  const scale = 1 / Math.sqrt(head);
  const norm = normLayer(context, `${prefix}input_layernorm.weight`);
  const [queryName, keyName, valueName, outputName] = ["q", "k", "v", "o"].map(
    (part) => `${prefix}self_attn.${part}_proj.weight`,
  ) as [string, string, string, string];
  /** [head·h, N] -> [head, h, T, B] */
  const split = (x: Tensor, h: number): Tensor => ops.reshape(x, head, h, length, blocks);
  /** [head, H, T, B] -> [head, T·G, KV, B], in memory. */
  const grouped = (x: Tensor): Tensor =>
    ops.reshape(ops.contiguous(ops.swapMiddle(x)), head, (length * heads) / groups, groups, blocks);
  /** [head, T·G, KV, B] -> [head, H, T, B], a view. */
  const ungrouped = (x: Tensor): Tensor => ops.swapMiddle(ops.reshape(x, head, length, heads, blocks));
  /** Scores as the softmax takes them, [T keys, T queries, H, B], and as the products do, [T, T·G, KV, B]. */
  const byHead = (x: Tensor): Tensor => ops.reshape(x, length, length, heads, blocks);
  const byGroup = (x: Tensor): Tensor => ops.reshape(x, length, (length * heads) / groups, groups, blocks);
  const flipped = (x: Tensor): Tensor => ops.contiguous(ops.transpose(x));

  let input: Tensor;
  let query: Tensor;
  let key: Tensor;
  let value: Tensor;
  let attention: Tensor;
  let mixed: Tensor;
  return {
    forward(x) {
      input = norm.forward(x);
      query = grouped(ops.rope(split(linears.forward(queryName, input), heads), rope));
      key = ops.swapMiddle(ops.rope(split(linears.forward(keyName, input), groups), rope));
      value = split(linears.forward(valueName, input), groups);
      attention = ops.softmax(byHead(ops.matmul(key, query)), inputs.mask, scale);
      const valuesByToken = ops.contiguous(ops.tokensFirst(value));
      const heard = ungrouped(ops.matmul(valuesByToken, byGroup(attention)));
      mixed = ops.reshape(ops.contiguous(heard), head * heads, n);
      return ops.add(x, linears.forward(outputName, mixed));
    },
    backward(dy) {
      sink(outputName, () => linears.weightGradient(mixed, dy));
      const dHeard = grouped(split(linears.backward(outputName, dy), heads));
      const dAttention = byHead(ops.matmul(ops.swapMiddle(value), dHeard));
      const dScores = byGroup(ops.softmaxBack(dAttention, attention, scale));
      const dQuery = ungrouped(ops.matmul(flipped(key), dScores));
      const dKey = ops.matmul(flipped(query), flipped(dScores));
      const dValue = ops.matmul(flipped(dHeard), flipped(byGroup(attention)));
      const rows = (x: Tensor, h: number): Tensor => ops.reshape(x, head * h, n);
      const parts: [string, Tensor][] = [
        [queryName, rows(ops.ropeBack(dQuery, rope), heads)],
        [keyName, rows(ops.ropeBack(ops.swapMiddle(dKey), rope), groups)],
        [valueName, rows(ops.contiguous(ops.swapMiddle(dValue)), groups)],
      ];
      for (const [name, d] of parts) sink(name, () => linears.weightGradient(input, d));
      const dInput = parts.map(([name, d]) => linears.backward(name, d)).reduce((sum, d) => ops.add(sum, d));
      return ops.add(dy, norm.backward(dInput));
    },
  };
}
