/**
 * `total` things in whole numbers by weight, with the largest remainders (Hamilton): every part is its exact share
 * rounded down or up, and they sum to `total`. Equal remainders: the first. Throws `RangeError` where a weight is
 * negative or not a number, or all are 0.
 */
export function apportion(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  if (!(sum > 0 && Number.isFinite(sum)) || weights.some((weight) => !(weight >= 0))) {
    throw new RangeError(`weights ${weights.join(", ")}`);
  }
  const exact = weights.map((weight) => (total * weight) / sum);
  const parts = exact.map(Math.floor);
  const left = total - parts.reduce((all, part) => all + part, 0);
  const byRemainder = exact.map((_, i) => i).sort((a, b) => exact[b]! - parts[b]! - (exact[a]! - parts[a]!) || a - b);
  for (const i of byRemainder.slice(0, left)) parts[i] = parts[i]! + 1;
  return parts;
}
