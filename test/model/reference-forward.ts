/**
 * The forward pass of Llama, Mistral, Qwen2 and Qwen3 written straight from its formulas, in float64 and without any
 * library: the yardstick for what an exported model answers and for what the training engines compute. Weights are in
 * Hugging Face's names and order (rotary halves). Biases and q/k norms are applied where the tensors are there.
 */
import type { Checkpoint } from "../../src/model/checkpoint.js";
import type { ModelConfig } from "../../src/model/config.js";

/** Logits of the token after `ids`, [vocabulary rows]. */
export function nextLogits(checkpoint: Checkpoint, ids: readonly number[]): number[] {
  return referenceLogits(checkpoint.config, readWeights(checkpoint), ids).at(-1)!;
}

/** All tensors of a checkpoint by name, row by row. */
export function readWeights(checkpoint: Checkpoint): Map<string, Float32Array> {
  return new Map([...checkpoint.tensors.keys()].map((name) => [name, checkpoint.readFloat32(name)]));
}

/**
 * Logits after each of `tokens`, [T][vocabulary rows]. A position sees those up to itself that have its entry of `segments`
 * (all one segment by default) and lie in the layer's sliding window. Positions count from the first token, segments or
 * not: only their differences matter. `config` gives sizes, rotary settings, windows and whether the head is tied.
 */
export function referenceLogits(
  config: ModelConfig,
  weights: ReadonlyMap<string, Float32Array>,
  tokens: readonly number[],
  segments: readonly number[] = tokens.map(() => 0),
): number[][] {
  const { hidden_size: width, rms_norm_eps: epsilon } = config;
  const tensor = (name: string): Float32Array => {
    const found = weights.get(name);
    if (found === undefined) throw new Error(`no tensor ${name}`);
    return found;
  };
  const linear = (name: string, inputs: number[][]): number[][] =>
    inputs.map((x) => affine(tensor(`${name}.weight`), weights.get(`${name}.bias`), x));
  const embedding = tensor("model.embed_tokens.weight");
  const states = tokens.map((id) => Array.from(embedding.subarray(id * width, (id + 1) * width)));
  const add = (changes: number[][]): void =>
    changes.forEach((change, t) => {
      for (const [i, value] of change.entries()) states[t]![i]! += value;
    });
  const normed = (name: string): number[][] => states.map((x) => rmsNorm(x, tensor(`${name}.weight`), epsilon));
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const block = `model.layers.${layer}`;
    const window = config.sliding_windows[layer] ?? Number.POSITIVE_INFINITY;
    const sees = (t: number, s: number): boolean => s <= t && t - s < window && segments[s] === segments[t];
    const heads = (kind: "q" | "k", inputs: number[][]): number[][][] =>
      linear(`${block}.self_attn.${kind}_proj`, inputs).map((vector, t) =>
        cut(vector, config.head_dim).map((head) => {
          const norm = weights.get(`${block}.self_attn.${kind}_norm.weight`);
          return turn(config, norm === undefined ? head : rmsNorm(head, norm, epsilon), t);
        }),
      );
    const inputs = normed(`${block}.input_layernorm`);
    const values = linear(`${block}.self_attn.v_proj`, inputs).map((vector) => cut(vector, config.head_dim));
    add(linear(`${block}.self_attn.o_proj`, attend(heads("q", inputs), heads("k", inputs), values, sees)));
    const between = normed(`${block}.post_attention_layernorm`);
    const up = linear(`${block}.mlp.up_proj`, between);
    const gated = linear(`${block}.mlp.gate_proj`, between).map((gate, t) =>
      gate.map((g, i) => (g / (1 + Math.exp(-g))) * up[t]![i]!),
    );
    add(linear(`${block}.mlp.down_proj`, gated));
  }
  const head = config.tie_word_embeddings ? embedding : tensor("lm_head.weight");
  return normed("model.norm").map((x) => affine(head, undefined, x));
}

/** Queries [T][heads][head_dim]; keys and values [T][groups][head_dim], each group for as many neighbouring heads. */
function attend(
  queries: number[][][],
  keys: number[][][],
  values: number[][][],
  sees: (t: number, s: number) => boolean,
): number[][] {
  return queries.map((heads, t) =>
    heads.flatMap((query, h) => {
      const group = Math.floor((h * keys[t]!.length) / heads.length);
      const seen = keys.map((_, s) => s).filter((s) => sees(t, s));
      const scores = seen.map((s) => dot(query, keys[s]![group]!) / Math.sqrt(query.length));
      const highest = Math.max(...scores);
      const shares = scores.map((score) => Math.exp(score - highest));
      const total = shares.reduce((a, b) => a + b);
      return query.map((_, i) => seen.reduce((sum, s, at) => sum + (shares[at]! / total) * values[s]![group]![i]!, 0));
    }),
  );
}

/** Rotary positions: dimension i of a head's first half turns with dimension i of its second half. */
function turn(config: ModelConfig, head: number[], position: number): number[] {
  const half = head.length / 2;
  return head.map((value, i) => {
    const angle = position * frequency(config, i % half);
    const other = i < half ? -head[i + half]! : head[i - half]!;
    return value * Math.cos(angle) + other * Math.sin(angle);
  });
}

/** As transformers' modeling_rope_utils has it, wavelength by wavelength. */
function frequency({ head_dim: headDim, rope_theta: theta, rope_scaling: scaling }: ModelConfig, i: number): number {
  const plain = theta ** ((-2 * i) / headDim);
  if (scaling === null) return plain;
  if (scaling.rope_type === "linear") return plain / scaling.factor;
  const wave = (2 * Math.PI) / plain;
  const { low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: context } = scaling;
  if (wave < context / high) return plain;
  if (wave > context / low) return plain / scaling.factor;
  const smooth = (context / wave - low) / (high - low);
  return ((1 - smooth) * plain) / scaling.factor + smooth * plain;
}

function rmsNorm(x: number[], weight: Float32Array, epsilon: number): number[] {
  const size = Math.sqrt(dot(x, x) / x.length + epsilon);
  return x.map((value, i) => (value / size) * weight[i]!);
}

/** `weight` [out, in] row by row, `bias` [out]. */
function affine(weight: Float32Array, bias: Float32Array | undefined, x: number[]): number[] {
  return Array.from({ length: weight.length / x.length }, (_, row) => {
    let sum = bias?.[row] ?? 0;
    for (let i = 0; i < x.length; i++) sum += weight[row * x.length + i]! * x[i]!;
    return sum;
  });
}

function cut(vector: number[], length: number): number[][] {
  return Array.from({ length: vector.length / length }, (_, i) => vector.slice(i * length, (i + 1) * length));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
