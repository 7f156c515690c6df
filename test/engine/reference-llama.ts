/** Llama written a second time, in tfjs, after Hugging Face's modelling code: the reference for losses and gradients. */
import type * as tfjs from "@tensorflow/tfjs-core";
import type { Block } from "../../src/engine/training-set.js";
import type { ModelConfig } from "../../src/model/config.js";

export type NamedTensors = Record<string, tfjs.Tensor>;

/** Σ w·nll / Σ w over the blocks; tensors by their names and in the shapes of the checkpoint. */
export function referenceLoss(
  tf: typeof tfjs,
  config: ModelConfig,
  weights: NamedTensors,
  blocks: Block[],
): tfjs.Scalar {
  const sums = blocks.map((block) => {
    const logits = referenceLogits(tf, config, weights, block);
    const losses = tf.neg(
      tf.sum(tf.mul(tf.logSoftmax(logits), tf.oneHot(tf.tensor1d(block.targets, "int32"), config.vocab_size)), -1),
    );
    return tf.sum(tf.mul(losses, tf.tensor1d(block.weights)));
  });
  const total = blocks.reduce((sum, block) => sum + block.weights.reduce((a, b) => a + b, 0), 0);
  return tf.div(tf.addN(sums), total) as tfjs.Scalar;
}

/** [T, V] */
function referenceLogits(tf: typeof tfjs, config: ModelConfig, weights: NamedTensors, block: Block): tfjs.Tensor2D {
  const length = block.inputs.length;
  const { head_dim: head, num_attention_heads: heads, num_key_value_heads: groups } = config;
  const get = (name: string): tfjs.Tensor2D => weights[name] as tfjs.Tensor2D;
  const linear = (x: tfjs.Tensor, name: string): tfjs.Tensor => tf.matMul(x as tfjs.Tensor2D, get(name), false, true);
  const norm = (x: tfjs.Tensor, name: string): tfjs.Tensor =>
    tf.mul(tf.div(x, tf.sqrt(tf.add(tf.mean(tf.square(x), -1, true), config.rms_norm_eps))), get(name));
  const { cos, sin } = rotation(tf, config, length);
  /** [T, head] */
  const rotate = (x: tfjs.Tensor2D): tfjs.Tensor => {
    const half = head / 2;
    const [a, b] = [tf.slice2d(x, [0, 0], [length, half]), tf.slice2d(x, [0, half], [length, half])];
    return tf.add(tf.mul(x, cos), tf.mul(tf.concat([tf.neg(b), a], -1), sin));
  };
  const part = (x: tfjs.Tensor, i: number): tfjs.Tensor2D =>
    tf.slice2d(x as tfjs.Tensor2D, [0, i * head], [length, head]);
  const hidden = Array.from({ length: length * length }, (_, at) => {
    const [query, key] = [Math.floor(at / length), at % length];
    return key <= query && block.segments[key] === block.segments[query] ? 0 : -1e9;
  });
  const mask = tf.tensor2d(hidden, [length, length]);

  // A product with one-hot rows, since the gradient of gather needs kernels that the CPU backend lacks.
  const oneHot = tf.cast(tf.oneHot(tf.tensor1d(block.inputs, "int32"), config.vocab_size), "float32") as tfjs.Tensor2D;
  const embedding = get("model.embed_tokens.weight");
  let x: tfjs.Tensor = tf.matMul(oneHot, embedding);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const p = `model.layers.${layer}.`;
    const normed = norm(x, `${p}input_layernorm.weight`);
    const q = linear(normed, `${p}self_attn.q_proj.weight`);
    const k = linear(normed, `${p}self_attn.k_proj.weight`);
    const v = linear(normed, `${p}self_attn.v_proj.weight`);
    const mixed = Array.from({ length: heads }, (_, h) => {
      const group = Math.floor(h / (heads / groups));
      const scores = tf.matMul(
        rotate(part(q, h)) as tfjs.Tensor2D,
        rotate(part(k, group)) as tfjs.Tensor2D,
        false,
        true,
      );
      return tf.matMul(tf.softmax(tf.add(tf.mul(scores, head ** -0.5), mask)) as tfjs.Tensor2D, part(v, group));
    });
    x = tf.add(x, linear(tf.concat(mixed, -1), `${p}self_attn.o_proj.weight`));
    const again = norm(x, `${p}post_attention_layernorm.weight`);
    const gate = linear(again, `${p}mlp.gate_proj.weight`);
    const active = tf.mul(tf.mul(gate, tf.sigmoid(gate)), linear(again, `${p}mlp.up_proj.weight`));
    x = tf.add(x, linear(active, `${p}mlp.down_proj.weight`));
  }
  const last = norm(x, "model.norm.weight") as tfjs.Tensor2D;
  return tf.matMul(last, config.tie_word_embeddings ? embedding : get("lm_head.weight"), false, true);
}

function rotation(tf: typeof tfjs, config: ModelConfig, length: number): { cos: tfjs.Tensor; sin: tfjs.Tensor } {
  const half = config.head_dim / 2;
  const angles = Array.from({ length: length * config.head_dim }, (_, at) => {
    const [position, i] = [Math.floor(at / config.head_dim), at % half];
    return position * frequency(config, i);
  });
  const shape: [number, number] = [length, config.head_dim];
  return { cos: tf.tensor2d(angles.map(Math.cos), shape), sin: tf.tensor2d(angles.map(Math.sin), shape) };
}

/** With position interpolation or LLaMa-3's stretching as transformers computes it. */
function frequency(config: ModelConfig, i: number): number {
  const plain = config.rope_theta ** ((-2 * i) / config.head_dim);
  const scaling = config.rope_scaling;
  if (scaling === null) return plain;
  if (scaling.rope_type === "linear") return plain / scaling.factor;
  const wavelength = (2 * Math.PI) / plain;
  const context = scaling.original_max_position_embeddings;
  if (wavelength < context / scaling.high_freq_factor) return plain;
  if (wavelength > context / scaling.low_freq_factor) return plain / scaling.factor;
  const smooth =
    (context / wavelength - scaling.low_freq_factor) / (scaling.high_freq_factor - scaling.low_freq_factor);
  return ((1 - smooth) * plain) / scaling.factor + smooth * plain;
}
