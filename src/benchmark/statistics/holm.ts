/**
 * Several tests at once find something by chance. Holm's adjustment ("A simple sequentially rejective multiple test
 * procedure", Scandinavian Journal of Statistics 6, 1979) keeps the chance of a single wrong finding at the level that an
 * adjusted value is compared with.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Array<number>(pValues.length);
  let least = 0;
  for (const [rank, i] of order.entries()) {
    least = Math.max(least, Math.min(1, (pValues.length - rank) * pValues[i]!));
    adjusted[i] = least;
  }
  return adjusted;
}
