/**
 * In which order the blocks of one set come. Each epoch is a permutation of its own of all blocks, drawn
 * from the seed and the epoch's number: where training continues, nothing but a number is needed.
 */
import { createRandom } from "../random.js";

/** Returns the block of the n-th draw from the set (from 0). Holds one epoch's permutation, 4 bytes a block. */
export function createBlockOrder(blocks: number, seed: number): (draw: number) => number {
  let epoch = -1;
  let order = new Uint32Array(0);
  return (draw) => {
    const at = draw % blocks;
    const wanted = (draw - at) / blocks;
    if (wanted !== epoch) {
      epoch = wanted;
      order = createRandom(seed + epoch).shuffle(Uint32Array.from({ length: blocks }, (_, i) => i));
    }
    return order[at]!;
  };
}
