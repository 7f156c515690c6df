/** How many examples of each kind, and in what order. */
import { apportion } from "../engine/apportion.js";
import { createRandom } from "../random.js";

/** So many more are needed beside `others` that they are the share `share` of all. */
export function countForShare(others: number, share: number): number {
  return Math.round((others * share) / (1 - share));
}

const mostHeldOut = 200;

/** All examples in a random order that the seed fixes, and a share of them set apart that is never trained on. */
export function mix<Example>(
  parts: readonly Example[][],
  heldOutShare: number,
  seed: number,
): { training: Example[]; heldOut: Example[] } {
  const training = createRandom(seed).shuffle(parts.flat());
  const heldOut = training.splice(0, Math.min(mostHeldOut, Math.floor(training.length * heldOutShare)));
  return { training, heldOut };
}

/**
 * How many of each source make their shares exact: as many as there are, none twice, and together as many as the scarcest
 * allows. Where shares are no whole numbers, the largest remainders are rounded up.
 */
export function countsForWeights(available: readonly number[], weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  let total = Math.floor(Math.min(...available.map((count, i) => (count * sum) / weights[i]!)));
  // The division may have rounded up.
  while (apportion(total, weights).some((count, i) => count > available[i]!)) total--;
  return apportion(total, weights);
}
