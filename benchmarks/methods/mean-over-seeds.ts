/** Student's t at 0.975, by degrees of freedom from 1 on. */
const quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

/** The mean, and half the width of its 95 % interval; null for one seed. Ten seeds at most. */
export function meanOverSeeds(values: readonly number[]): { mean: number; half: number | null } {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const quantile = quantiles[count - 2];
  if (quantile === undefined) return { mean, half: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  return { mean, half: quantile * Math.sqrt(variance / count) };
}
