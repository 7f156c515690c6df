/**
 * Llama, Mistral, Qwen2 and Qwen3 up to the last norm, in tfjs operations that have a rule in gradients.ts; after
 * transformers' modelling code of these families. B blocks of T positions, N = B · T.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { ModelConfig } from "../../model/config.js";
import { blockTensorName, embeddingName, finalNormName } from "../../model/tensor-names.js";
import { adapterName } from "../parameter-layout.js";
import type { Rotation } from "./attention-inputs.js";
import type { Weights } from "./weights.js";

export interface DecoderInputs {
  /** int32[N] */
  tokens: tf.Tensor1D;
  blocks: number;
  length: number;
  rotation: Rotation;
  /** One a layer, see attention-inputs.ts. */
  masks: readonly tf.Tensor[];
  /** alpha / rank */
  adapterScale: number;
  /** The inputs [N, in] of the adapter whose half A has this name, with some left out. */
  drop(x: tf.Tensor, name: string): tf.Tensor;
}

/** Hidden states after the last norm, [N, hidden_size]. */
export function decode(config: ModelConfig, weights: Weights, inputs: DecoderInputs): tf.Tensor2D {
  let x: tf.Tensor = tf.gather(weights(embeddingName)!, inputs.tokens);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const block: Block = {
      ...{ config, inputs },
      mask: inputs.masks[layer]!,
      tensor: (part) => weights(blockTensorName(layer, part)),
      linear: (map, y) => linear(weights, inputs, blockTensorName(layer, `${map}.weight`), y),
      norm: (map, y) => rmsNorm(y, weights(blockTensorName(layer, `${map}.weight`))!, config.rms_norm_eps),
    };
    // What the backward pass does not want goes at once.
    const mixed = tf.tidy(() => tf.add(x, attention(block, block.norm("input_layernorm", x))));
    x = tf.tidy(() => tf.add(mixed, feedForward(block, block.norm("post_attention_layernorm", mixed))));
  }
  return rmsNorm(x, weights(finalNormName)!, config.rms_norm_eps) as tf.Tensor2D;
}

interface Block {
  config: ModelConfig;
  inputs: DecoderInputs;
  mask: tf.Tensor;
  tensor(part: string): tf.Tensor | undefined;
  linear(map: string, x: tf.Tensor): tf.Tensor;
  norm(map: string, x: tf.Tensor): tf.Tensor;
}

/** x [N, in] → [N, out], with bias and adapter where there are some. */
function linear(weights: Weights, { drop, adapterScale }: DecoderInputs, name: string, x: tf.Tensor): tf.Tensor {
  const times = (y: tf.Tensor, weight: tf.Tensor): tf.Tensor => tf.matMul(y, weight, false, true);
  let y = times(x, weights(name)!);
  const bias = weights(name.replace(/weight$/, "bias"));
  if (bias !== undefined) y = tf.add(y, bias);
  const [a, b] = [weights(adapterName(name, "A")), weights(adapterName(name, "B"))];
  if (a === undefined || b === undefined) return y;
  return tf.add(y, tf.mul(times(times(drop(x, adapterName(name, "A")), a), b), adapterScale));
}

/** Over the last dimension (Zhang and Sennrich 2019). */
function rmsNorm(x: tf.Tensor, weight: tf.Tensor, epsilon: number): tf.Tensor {
  const meanSquare = tf.mean(tf.mul(x, x), -1, true);
  return tf.mul(tf.mul(x, tf.rsqrt(tf.add(meanSquare, epsilon))), weight);
}

/** SwiGLU (Shazeer 2020): down(silu(gate(x)) · up(x)). */
function feedForward({ linear }: Block, x: tf.Tensor): tf.Tensor {
  const gate = linear("mlp.gate_proj", x);
  const active = tf.mul(gate, tf.sigmoid(gate));
  return linear("mlp.down_proj", tf.mul(active, linear("mlp.up_proj", x)));
}

/** x [N, hidden_size] → the same. The heads of one key-value group are neighbours, so that they stand as rows of one matrix. */
function attention(block: Block, x: tf.Tensor): tf.Tensor {
  const { config, inputs, mask, linear } = block;
  const { num_attention_heads: heads, num_key_value_heads: groups, head_dim: width } = config;
  const { blocks, length } = inputs;
  const perGroup = (heads / groups) * length;
  /** [N, count · width] → [B · groups, rows, width] */
  const byGroup = (y: tf.Tensor, count: number, rows: number): tf.Tensor =>
    tf.reshape(tf.transpose(tf.reshape(y, [blocks, length, count, width]), [0, 2, 1, 3]), [
      blocks * groups,
      rows,
      width,
    ]);
  const query = tf.mul(turned(block, "q", linear("self_attn.q_proj", x), heads), width ** -0.5);
  const key = turned(block, "k", linear("self_attn.k_proj", x), groups);
  const scores = tf.matMul(byGroup(query, heads, perGroup), byGroup(key, groups, length), false, true);
  const shares = tf.softmax(tf.add(tf.reshape(scores, [blocks, heads, length, length]), mask));
  const value = byGroup(linear("self_attn.v_proj", x), groups, length);
  const mixed = tf.matMul(tf.reshape(shares, [blocks * groups, perGroup, length]), value);
  const byPosition = tf.transpose(tf.reshape(mixed, [blocks, heads, length, width]), [0, 2, 1, 3]);
  return linear("self_attn.o_proj", tf.reshape(byPosition, [blocks * length, heads * width]));
}

/** Queries or keys [N, count · head_dim], normed head by head where the model does that, and turned. */
function turned({ config, inputs, tensor, norm }: Block, kind: "q" | "k", x: tf.Tensor, count: number): tf.Tensor {
  const { cosines, sines, swap } = inputs.rotation;
  const { head_dim: width } = config;
  const name = `self_attn.${kind}_norm`;
  const rows = tf.reshape(x, [inputs.blocks * inputs.length * count, width]);
  const heads = tensor(`${name}.weight`) === undefined ? rows : norm(name, rows);
  const shape = [inputs.blocks, inputs.length, count, width];
  const swapped = tf.reshape(tf.matMul(heads, swap), shape);
  return tf.add(tf.mul(tf.reshape(heads, shape), cosines), tf.mul(swapped, sines));
}
