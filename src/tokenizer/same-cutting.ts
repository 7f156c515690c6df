/**
 * Whether two sequences of ids cut a text the same. Unigram: two cuttings may have the same probability (`----` `-` and `-`
 * `----`), and which of them wins is a matter of rounding, since SentencePiece adds up in 32 bits and others in 64. Both
 * then count as the same. `scores`: those of a Unigram vocabulary by id.
 */
export function sameCutting(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  scores: readonly number[] | undefined,
): boolean {
  if (a.length === b.length && Array.prototype.every.call(a, (id: number, i: number) => id === b[i])) return true;
  if (scores === undefined) return false;
  const sum = (ids: ArrayLike<number>): number => Array.from(ids).reduce((total, id) => total + (scores[id] ?? 0), 0);
  const [first, second] = [sum(a), sum(b)];
  return Math.abs(first - second) <= 1e-5 * Math.abs(first);
}
