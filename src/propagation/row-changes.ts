/** How far rows moved: ‖row' - row‖ / ‖row‖, as quantiles over the rows. */
export interface ChangeQuantiles {
  rows: number;
  /** Null where there are no rows. */
  p05: number | null;
  median: number | null;
  p95: number | null;
  largest: number | null;
}

/** Rows of 0 that moved count as 1. */
export function relativeChange(before: ArrayLike<number>, after: ArrayLike<number>, at: number, width: number): number {
  let [off, size] = [0, 0];
  for (let i = at; i < at + width; i++) {
    off += (after[i]! - before[i]!) ** 2;
    size += before[i]! ** 2;
  }
  return size === 0 ? Number(off > 0) : Math.sqrt(off / size);
}

/** `changes` is sorted in place. */
export function changeQuantiles(changes: Float64Array): ChangeQuantiles {
  changes.sort();
  const at = (share: number): number | null => changes[Math.round(share * (changes.length - 1))] ?? null;
  return { rows: changes.length, p05: at(0.05), median: at(0.5), p95: at(0.95), largest: at(1) };
}
