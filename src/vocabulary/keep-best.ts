/** Marks the `most` highest of the finite values; of equal ones the first. */
export function keepBest(values: Float64Array, most: number, keep: Uint8Array): void {
  if (most <= 0) return;
  const finite = values.filter((value) => value > Number.NEGATIVE_INFINITY).sort();
  const least = finite.length > most ? finite[finite.length - most]! : Number.NEGATIVE_INFINITY;
  let above = 0;
  for (const value of finite) if (value > least) above++;
  let equal = most - above;
  for (const [id, value] of values.entries()) {
    if (value > least || (value === least && least > Number.NEGATIVE_INFINITY && equal-- > 0)) keep[id] = 1;
  }
}
