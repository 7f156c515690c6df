/**
 * McNemar's exact test of two models on the same items (McNemar, "Note on the sampling error of the difference between
 * correlated proportions", Psychometrika 12, 1947): of the items that only one of them has right, would a fair coin
 * divide them so unevenly?
 */
export interface McNemar {
  /** Items that only the first model has right. */
  only_first: number;
  only_second: number;
  /** Two-sided, of the binomial distribution. */
  p_value: number;
}

/** `first`, `second`: counts of items that only this one has right. */
export function mcNemar(first: number, second: number): McNemar {
  const count = first + second;
  const least = Math.min(first, second);
  // Terms in logarithms: 2^-n is 0 in a double from 1,075 items on.
  let term = -count * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= least; k++) {
    tail += Math.exp(term);
    term += Math.log((count - k) / (k + 1));
  }
  return { only_first: first, only_second: second, p_value: Math.min(1, 2 * tail) };
}
