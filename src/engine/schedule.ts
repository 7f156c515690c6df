/**
 * Learning rate of a step (from 1). Every schedule warms up linearly, reaches `learning_rate` at step
 * max(1, `warmup_steps`), and from there takes a share of it that is a function of the way gone. cosine:
 * Loshchilov & Hutter 2017 (arXiv 1608.03983), half a period. wsd: warm-up, stable, decay (MiniCPM, Hu et al.
 * 2024, arXiv 2404.06395, section 4), with the linear decay of Hägele et al. 2024 (arXiv 2405.18392).
 */
import type { ScheduleName, TrainingOptions } from "./engine.js";

type ScheduleOptions = Pick<
  TrainingOptions,
  "schedule" | "steps" | "learning_rate" | "final_learning_rate_share" | "warmup_steps" | "decay_share"
>;

interface Way {
  /** 0 at the end of the warm-up, 1 at the last step. */
  progress: number;
  /** The same over the last `decay_share` of all steps; 0 before. */
  decay: number;
}

/** From 1 (the highest rate) to 0 (the final one). */
const shapes = {
  cosine: ({ progress }) => 0.5 * (1 + Math.cos(Math.PI * progress)),
  linear: ({ progress }) => 1 - progress,
  wsd: ({ decay }) => 1 - decay,
  constant: () => 1,
} as const satisfies Record<ScheduleName, (way: Way) => number>;

export const scheduleNames = Object.keys(shapes) as ScheduleName[];

export function learningRate(step: number, options: ScheduleOptions): number {
  const { schedule, steps, learning_rate, final_learning_rate_share: end, warmup_steps, decay_share } = options;
  if (step <= warmup_steps) return (learning_rate * step) / warmup_steps;
  const peak = Math.max(1, warmup_steps);
  // Without the rounding, 0.1 of 30 steps would be 4.
  const from = Math.max(peak, steps - Math.ceil(Number((decay_share * steps).toFixed(6))));
  const way = { progress: gone(step, peak, steps), decay: gone(step, from, steps) };
  return learning_rate * (end + (1 - end) * shapes[schedule](way));
}

/** Share of the way from step `start` to step `end`. */
function gone(step: number, start: number, end: number): number {
  return Math.max(0, step - start) / Math.max(1, end - start);
}
