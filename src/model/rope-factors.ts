/** Scaled rotary frequencies as divisors of the plain ones, which is how ggml and llama.cpp take them. */
import type { ModelConfig } from "./config.js";
import type { Llama3RopeScaling } from "./rope-scaling.js";

/**
 * The divisor of each rotary frequency theta^(−2i / head_dim), [head_dim / 2]; null without scaling (transformers,
 * modeling_rope_utils).
 */
export function ropeFactors({
  head_dim: headDim,
  rope_theta: theta,
  rope_scaling: scaling,
}: Pick<ModelConfig, "head_dim" | "rope_theta" | "rope_scaling">): Float32Array | null {
  if (scaling === null) return null;
  return Float32Array.from({ length: headDim / 2 }, (_, i) =>
    scaling.rope_type === "linear" ? scaling.factor : llama3Factor(scaling, theta ** ((2 * i) / headDim)),
  );
}

/**
 * Waves longer than the old context are slowed down by `factor`, those that turn often in it are left alone, and those
 * between are blended. `slowness`: positions in which the wave turns by one radian.
 */
function llama3Factor(scaling: Llama3RopeScaling, slowness: number): number {
  const { factor, low_freq_factor: low, high_freq_factor: high } = scaling;
  const turns = scaling.original_max_position_embeddings / (2 * Math.PI * slowness);
  if (turns > high) return 1;
  if (turns < low) return factor;
  const share = (turns - low) / (high - low);
  return 1 / (share + (1 - share) / factor);
}
