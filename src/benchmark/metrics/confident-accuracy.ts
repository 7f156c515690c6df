import { mean, type Score } from "./mean.js";

/** A question asked with its choices in both orders: 1 where that answer was right, else 0. */
export interface SwappedPair {
  direct: number;
  swapped: number;
}

/** 1 where both answers are right: a model that always takes the first choice gets nothing. */
export const rightBothWays = ({ direct, swapped }: SwappedPair): number => direct * swapped;

/** Share of pairs that are right both ways (darumeru's accuracy of PARus and ruTiE). */
export const confidentAccuracy = (pairs: readonly SwappedPair[]): Score => mean(pairs.map(rightBothWays));
