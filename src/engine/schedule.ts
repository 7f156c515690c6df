import type { TrainingOptions } from "./engine.js";

type Schedule = Pick<TrainingOptions, "steps" | "learning_rate" | "final_learning_rate_share" | "warmup_steps">;

/**
 * Learning rate of `step` (from 1): linear warm-up that reaches `learning_rate` at step `warmup_steps`,
 * then half a cosine that reaches `final_learning_rate_share` of it at the last step.
 */
export function learningRate(step: number, options: Schedule): number {
  const { steps, learning_rate, final_learning_rate_share: end, warmup_steps } = options;
  if (step <= warmup_steps) return (learning_rate * step) / warmup_steps;
  const progress = (step - warmup_steps) / Math.max(1, steps - warmup_steps);
  return learning_rate * (end + (1 - end) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
