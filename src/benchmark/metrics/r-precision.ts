/**
 * Of the k highest scores the share that belongs to the k gold places (Manning, Raghavan and Schütze 2008,
 * "Introduction to information retrieval", section 8.4). Of equal scores the earlier place comes first. Throws
 * `RangeError` without gold places.
 */
export function rPrecision(scores: readonly number[], gold: readonly number[]): number {
  const wanted = new Set(gold);
  if (wanted.size === 0) throw new RangeError("r-precision needs at least one gold place");
  const order = scores.map((_, place) => place);
  // Compared, not subtracted: two scores of minus infinity have no difference.
  order.sort((a, b) => Number(scores[b]! > scores[a]!) - Number(scores[b]! < scores[a]!) || a - b);
  return order.slice(0, wanted.size).filter((place) => wanted.has(place)).length / wanted.size;
}
