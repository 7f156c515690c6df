/**
 * Which blocks a step trains on. Each epoch is a permutation of its own of all blocks, drawn from the
 * seed and the epoch's number, and the steps take the next blocks from this endless row: where training
 * continues, nothing but the step's number is needed.
 */
import { createRandom } from "../random.js";

/** Returns the blocks of `step` (from 1). */
export function createBlockOrder(blocks: number, perStep: number, seed: number): (step: number) => number[] {
  let epoch = -1;
  let order = new Uint32Array(0);
  return (step) => {
    const chosen: number[] = [];
    const start = (step - 1) * perStep;
    for (let at = start; at < start + perStep; at++) {
      if (Math.floor(at / blocks) !== epoch) {
        epoch = Math.floor(at / blocks);
        order = createRandom(seed + epoch).shuffle(Uint32Array.from({ length: blocks }, (_, i) => i));
      }
      chosen.push(order[at % blocks]!);
    }
    return chosen;
  };
}
