/** How many examples of each kind, and in what order. */
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
