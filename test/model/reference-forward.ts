/**
 * The Llama forward pass written straight from its formulas, in float64 and without any library: the yardstick for what
 * an exported model answers. Weights are in Hugging Face's order (rotary halves).
 */
import type { Checkpoint } from "../../src/model/checkpoint.js";

type Matrix = { data: Float32Array; rows: number; columns: number };

/** Logits of the token after `ids`, [vocabulary rows]. */
export function nextLogits(checkpoint: Checkpoint, ids: readonly number[]): Float64Array {
  const { config } = checkpoint;
  const { hidden_size: width, head_dim: headDim, num_attention_heads: heads, num_key_value_heads: pairs } = config;
  const matrix = (name: string): Matrix => {
    const [rows = 0, columns = 1] = checkpoint.tensors.get(name)!.shape;
    return { data: checkpoint.readFloat32(name), rows, columns };
  };
  const embedding = matrix("model.embed_tokens.weight");
  const states = ids.map((id) => Float64Array.from(embedding.data.subarray(id * width, (id + 1) * width)));
  const norm = (state: Float64Array, weight: Float32Array): Float64Array => {
    const meanSquare = state.reduce((sum, x) => sum + x * x, 0) / width;
    return state.map((x, i) => (x / Math.sqrt(meanSquare + config.rms_norm_eps)) * weight[i]!);
  };
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const at = (part: string): Matrix => matrix(`model.layers.${layer}.${part}.weight`);
    const normed = states.map((state) => norm(state, at("input_layernorm").data));
    const project = (part: string): Float64Array[] => normed.map((state) => times(at(`self_attn.${part}`), state));
    const queries = project("q_proj").map((q, position) => turn(q, position));
    const keys = project("k_proj").map((k, position) => turn(k, position));
    const values = project("v_proj");
    for (const [t, state] of states.entries()) {
      const mixed = new Float64Array(heads * headDim);
      for (let head = 0; head < heads; head++) {
        const group = Math.floor(head / (heads / pairs));
        const scores = keys.slice(0, t + 1).map((key) => {
          let dot = 0;
          for (let i = 0; i < headDim; i++) dot += queries[t]![head * headDim + i]! * key[group * headDim + i]!;
          return dot / Math.sqrt(headDim);
        });
        const highest = Math.max(...scores);
        const weights = scores.map((score) => Math.exp(score - highest));
        const total = weights.reduce((a, b) => a + b);
        for (const [s, weight] of weights.entries()) {
          for (let i = 0; i < headDim; i++) {
            mixed[head * headDim + i]! += (weight / total) * values[s]![group * headDim + i]!;
          }
        }
      }
      for (const [i, value] of times(at("self_attn.o_proj"), mixed).entries()) state[i]! += value;
    }
    for (const state of states) {
      const input = norm(state, at("post_attention_layernorm").data);
      const gate = times(at("mlp.gate_proj"), input);
      const up = times(at("mlp.up_proj"), input);
      const inner = gate.map((g, i) => (g / (1 + Math.exp(-g))) * up[i]!);
      for (const [i, value] of times(at("mlp.down_proj"), inner).entries()) state[i]! += value;
    }
  }
  const head = config.tie_word_embeddings ? embedding : matrix("lm_head.weight");
  return times(head, norm(states.at(-1)!, checkpoint.readFloat32("model.norm.weight")));

  /** Rotary positions: dimension i of a head's first half turns with dimension i of its second half. */
  function turn(vector: Float64Array, position: number): Float64Array {
    const turned = Float64Array.from(vector);
    for (let start = 0; start < vector.length; start += headDim) {
      for (let i = 0; i < headDim / 2; i++) {
        const angle = position * frequency(i);
        const [a, b] = [vector[start + i]!, vector[start + i + headDim / 2]!];
        turned[start + i] = a * Math.cos(angle) - b * Math.sin(angle);
        turned[start + i + headDim / 2] = b * Math.cos(angle) + a * Math.sin(angle);
      }
    }
    return turned;
  }

  function frequency(i: number): number {
    const plain = config.rope_theta ** ((-2 * i) / headDim);
    const scaling = config.rope_scaling;
    if (scaling === null) return plain;
    const wave = (2 * Math.PI) / plain;
    const shortest = scaling.original_max_position_embeddings / scaling.high_freq_factor;
    const longest = scaling.original_max_position_embeddings / scaling.low_freq_factor;
    if (wave < shortest) return plain;
    if (wave > longest) return plain / scaling.factor;
    const { low_freq_factor: low, high_freq_factor: high } = scaling;
    const smooth = (scaling.original_max_position_embeddings / wave - low) / (high - low);
    return ((1 - smooth) * plain) / scaling.factor + smooth * plain;
  }
}

function times({ data, rows, columns }: Matrix, vector: Float64Array): Float64Array {
  const result = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[row]! += data[row * columns + column]! * vector[column]!;
  }
  return result;
}
