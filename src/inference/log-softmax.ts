import { EngineError } from "../errors.js";

/** Natural logarithm of the sum of exp over all `logits`, in f64: log-probability = logit - this. Throws `EngineError` where the logits are not finite. */
export function logSumExp(logits: Float32Array): number {
  const highest = logits[argMax(logits)]!;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - highest);
  const result = highest + Math.log(sum);
  if (Number.isFinite(result)) return result;
  throw new EngineError("inference.not_finite", "the model's logits are not finite numbers", {
    hint: "The weights are damaged, or training diverged.",
  });
}

/** Index of the highest logit, the lowest index of equal ones; NaN is never the highest. */
export function argMax(logits: Float32Array): number {
  let best = 0;
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) {
    const value = logits[i]!;
    if (value > highest) {
      highest = value;
      best = i;
    }
  }
  if (highest > Number.NEGATIVE_INFINITY && highest < Number.POSITIVE_INFINITY) return best;
  throw new EngineError("inference.not_finite", "the model's logits are not finite numbers", {
    hint: "The weights are damaged, or training diverged.",
  });
}
