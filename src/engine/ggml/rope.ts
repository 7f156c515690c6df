/** Rotary position embedding as ggml takes it from a model's config. */
import type { ModelConfig } from "../../model/config.js";

/**
 * The divisor of each rotary frequency, [head_dim / 2], of a LLaMa-3.1 style model; null without
 * scaling. Waves longer than the old context are slowed down by `factor`, those that turn often in it
 * are left alone, and those between are blended (transformers, modeling_rope_utils).
 */
export function ropeFactors(config: ModelConfig): Float32Array | null {
  if (config.rope_scaling === null) return null;
  const {
    factor,
    low_freq_factor: low,
    high_freq_factor: high,
    original_max_position_embeddings: context,
  } = config.rope_scaling;
  return Float32Array.from({ length: config.head_dim / 2 }, (_, i) => {
    const wavelength = 2 * Math.PI * config.rope_theta ** ((2 * i) / config.head_dim);
    const turns = context / wavelength;
    if (turns > high) return 1;
    if (turns < low) return factor;
    const share = (turns - low) / (high - low);
    return 1 / (share + (1 - share) / factor);
  });
}
