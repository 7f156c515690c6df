/**
 * The bootstrap: how far a score would move with other items of the same kind, from drawing the items again with
 * replacement (Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7, 1979). Intervals are
 * percentile intervals; strata are drawn each for themselves and keep their sizes.
 */
import { createRandom, type Random } from "../../random.js";
import { sha256 } from "../../sha256.js";

/** A number that follows from the samples at some places, a place as often as it is there. */
export interface Statistic {
  /** Places of the samples, each in one stratum. */
  strata: readonly Int32Array[];
  /** `places`: as many as there are samples, in the order of the strata. */
  of(places: Int32Array): number;
}

export interface BootstrapOptions {
  /** How many times items are drawn. */
  resamples: number;
  seed: number;
}

/** Of a task by its name, so that a result does not depend on which others are there. */
export const randomFor = (seed: number, name: string): Random =>
  createRandom(Number.parseInt(sha256(`${seed} ${name}`).slice(0, 8), 16));

/** Fills `places`, a stratum behind the other. */
export function drawPlaces(strata: readonly Int32Array[], random: Random, places: Int32Array): void {
  let from = 0;
  for (const stratum of strata) {
    const to = from + stratum.length;
    random.fillBelow(stratum.length, places, from, to);
    for (let i = from; i < to; i++) places[i] = stratum[places[i]!]!;
    from = to;
  }
}

/** The statistic of every resample, `resamples` numbers. Statistics of the same strata and `random` get the same items. */
export function bootstrap({ strata, of }: Statistic, random: Random, resamples: number): Float64Array {
  const places = new Int32Array(countPlaces(strata));
  return Float64Array.from({ length: resamples }, () => {
    drawPlaces(strata, random, places);
    return of(places);
  });
}

export const countPlaces = (strata: readonly Int32Array[]): number =>
  strata.reduce((sum, { length }) => sum + length, 0);

export type Interval = readonly [low: number, high: number];

/** From the 2.5th to the 97.5th percentile at the default level; between two values linearly (numpy's default). */
export function percentileInterval(replicates: Float64Array, level = 0.95): Interval {
  const sorted = Float64Array.from(replicates).sort();
  return [quantile(sorted, (1 - level) / 2), quantile(sorted, (1 + level) / 2)];
}

function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  return low + (at - below) * ((sorted[below + 1] ?? low) - low);
}

/** Their standard deviation: the standard error of the statistic. */
export function standardError(replicates: Float64Array): number {
  const mean = replicates.reduce((sum, value) => sum + value, 0) / replicates.length;
  const squares = replicates.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (replicates.length - 1));
}

/** The mean of several statistics, resample by resample; of none: undefined. */
export function meanReplicates(all: readonly Float64Array[]): Float64Array | undefined {
  const first = all[0];
  if (first === undefined) return undefined;
  return first.map((_, i) => all.reduce((sum, replicates) => sum + replicates[i]!, 0) / all.length);
}

/** Two-sided: how often the difference of resamples is not on the side where most are. Never 0, as no sample of draws shows that. */
export function bootstrapPValue(differences: Float64Array): number {
  const below = differences.filter((value) => value <= 0).length;
  const above = differences.filter((value) => value >= 0).length;
  return Math.min(1, (2 * (Math.min(below, above) + 1)) / (differences.length + 1));
}
