/**
 * Sparsemax (Martins and Astudillo 2016, From softmax to sparsemax, section 2): the point of the probability simplex that is
 * nearest to `values`; most of its coordinates are 0. The threshold is found by Michelot's rounds, without sorting.
 */

/** The places that are not 0, in order, and their weights (sum 1). `values` not empty. */
export function sparsemax(values: ArrayLike<number>): { places: Int32Array; weights: Float64Array } {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i]!);
  // Weights sum to 1, so nothing that is 1 below the largest value has one.
  let support: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i]! > largest - 1) support.push(i);
  for (;;) {
    let sum = 0;
    for (const i of support) sum += values[i]!;
    const threshold = (sum - 1) / support.length;
    const rest = support.filter((i) => values[i]! > threshold);
    if (rest.length === support.length) {
      return {
        places: Int32Array.from(support),
        weights: Float64Array.from(support, (i) => values[i]! - threshold),
      };
    }
    support = rest;
  }
}
