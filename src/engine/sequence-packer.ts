/**
 * Packs token sequences into blocks: several in one block, as segments that do not see each other.
 * First fit in the order given, over a bounded number of open blocks: deterministic, and memory does
 * not grow with the data. What stays free at the end of a block is padding (segment −1, weight 0).
 */
import type { Block } from "./training-set.js";

export interface SequencePacker {
  /**
   * Adds a sequence of n + 1 ids, which takes n positions; `weights` float32[n] are the loss weights of
   * predicting ids 1 to n. False (and nothing added) where it is longer than a block.
   */
  add(ids: ArrayLike<number>, weights: ArrayLike<number>): boolean;
  /** Hands over the blocks that are still open. */
  finish(): void;
}

interface OpenBlock {
  block: Block;
  used: number;
  segments: number;
}

/** `emit` gets each block as it is closed, the oldest first. */
export function createSequencePacker(
  blockLength: number,
  emit: (block: Block) => void,
  openBlocks = 64,
): SequencePacker {
  const open: OpenBlock[] = [];
  const place = (positions: number): OpenBlock => {
    const fitting = open.find((candidate) => blockLength - candidate.used >= positions);
    if (fitting !== undefined) return fitting;
    if (open.length === openBlocks) emit(open.shift()!.block);
    const fresh = { block: emptyBlock(blockLength), used: 0, segments: 0 };
    open.push(fresh);
    return fresh;
  };
  return {
    add(ids, weights) {
      const positions = ids.length - 1;
      if (positions > blockLength) return false;
      if (positions < 1) return true;
      const target = place(positions);
      for (let i = 0; i < positions; i++) {
        const at = target.used + i;
        target.block.inputs[at] = ids[i]!;
        target.block.targets[at] = ids[i + 1]!;
        target.block.weights[at] = weights[i]!;
        target.block.segments[at] = target.segments;
      }
      target.used += positions;
      target.segments++;
      if (target.used === blockLength) {
        open.splice(open.indexOf(target), 1);
        emit(target.block);
      }
      return true;
    },
    finish() {
      for (const { block } of open) emit(block);
      open.length = 0;
    },
  };
}

/** All padding: token 0 everywhere, no loss, seen by nothing. */
export function emptyBlock(length: number): Block {
  return {
    inputs: new Int32Array(length),
    targets: new Int32Array(length),
    weights: new Float32Array(length),
    segments: new Int32Array(length).fill(-1),
  };
}
