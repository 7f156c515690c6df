/** How a config.json stretches the rotary frequencies, under the names of older and newer versions of transformers. */
import { z } from "zod";

/** Every frequency is divided by `factor` (position interpolation, arXiv 2306.15595). */
export interface LinearRopeScaling {
  rope_type: "linear";
  factor: number;
}

/** How LLaMa-3.1 and later stretch the slow frequencies. */
export interface Llama3RopeScaling {
  rope_type: "llama3";
  factor: number;
  low_freq_factor: number;
  high_freq_factor: number;
  /** Positions, before the stretching. */
  original_max_position_embeddings: number;
}

export type RopeScaling = LinearRopeScaling | Llama3RopeScaling;

export interface Rope {
  rope_theta: number;
  rope_scaling: RopeScaling | null;
}

export interface RopeKeys {
  rope_theta?: number | null | undefined;
  rope_scaling?: Record<string, unknown> | null | undefined;
  rope_parameters?: Record<string, unknown> | null | undefined;
}

const positive = z.number().positive();

const linear = z.object({ rope_type: z.literal("linear"), factor: positive });
const llama3 = z.object({
  rope_type: z.literal("llama3"),
  factor: positive,
  low_freq_factor: positive,
  high_freq_factor: positive,
  original_max_position_embeddings: z.int().min(1),
});

/** What transformers computes where no file says otherwise, in all families. */
const defaultTheta = 10000;

/**
 * Newer files keep everything in `rope_parameters`; older ones have `rope_theta` beside `rope_scaling`, with `type` before
 * `rope_type`. Where both are there `rope_scaling` counts, as in transformers. What is wrong is added to `faults`, and what
 * can be done about it to `hints`.
 */
export function readRope(keys: RopeKeys, faults: string[], hints: string[]): Rope {
  const key = keys.rope_scaling || !keys.rope_parameters ? "rope_scaling" : "rope_parameters";
  const given = keys[key] ?? {};
  const theta = given.rope_theta ?? keys.rope_theta ?? keys.rope_parameters?.rope_theta ?? defaultTheta;
  const plain: Rope = { rope_theta: Number(theta), rope_scaling: null };
  if (!positive.safeParse(theta).success) faults.push(`${key}.rope_theta: expected a number above 0`);
  const turned = given.partial_rotary_factor;
  if (turned !== undefined && turned !== 1) faults.push(`${key}.partial_rotary_factor: only 1 is supported`);
  if (given.full_attention !== undefined || given.sliding_attention !== undefined) {
    faults.push(`${key}: frequencies by the kind of layer are not supported`);
    return plain;
  }
  const type = given.rope_type ?? given.type ?? "default";
  if (type === "default") return plain;
  if (type !== "llama3" && type !== "linear") {
    faults.push(
      `${key}.rope_type: ${JSON.stringify(type)} is not supported, only "default", "linear" and "llama3" are`,
    );
    hints.push(
      `A model that was trained without scaling and has it for longer texts only (Qwen's yarn) can be used without ${key}, up to its original context.`,
    );
    return plain;
  }
  const parsed = (type === "linear" ? linear : llama3).safeParse({ ...given, rope_type: type });
  if (!parsed.success) {
    faults.push(...parsed.error.issues.map((issue) => `${key}.${issue.path.join(".")}: ${issue.message}`));
    return plain;
  }
  const scaling = parsed.data;
  if (scaling.rope_type === "llama3" && scaling.high_freq_factor <= scaling.low_freq_factor) {
    faults.push(`${key}.high_freq_factor: must be above low_freq_factor`);
  }
  return { ...plain, rope_scaling: scaling };
}
