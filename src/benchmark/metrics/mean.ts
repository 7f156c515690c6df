/** What samples add up to: a value and how far chance may have moved it. */
export interface Score {
  value: number;
  /** Standard error of the value over a draw of other items; null where it has none. */
  standard_error: number | null;
  items: number;
}

/** Mean with s/√n. Of no values: 0, since a task without items is an error elsewhere. */
export function mean(values: readonly number[]): Score {
  const items = values.length;
  if (items === 0) return { value: 0, standard_error: null, items };
  const value = values.reduce((sum, each) => sum + each, 0) / items;
  if (items === 1) return { value, standard_error: null, items };
  const squares = values.reduce((sum, each) => sum + (each - value) ** 2, 0);
  return { value, standard_error: Math.sqrt(squares / (items - 1) / items), items };
}
