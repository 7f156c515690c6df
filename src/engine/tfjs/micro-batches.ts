/** The blocks of a step, some at a time, and their arrays end to end. */
import type { Block } from "../training-set.js";

export function* batches(blocks: readonly Block[], size: number): Generator<[index: number, blocks: readonly Block[]]> {
  for (let at = 0; at < blocks.length; at += size) yield [at / size, blocks.slice(at, at + size)];
}

/** An array of all blocks, one block after the other. */
export function joined(blocks: readonly Block[], array: "inputs" | "targets"): Int32Array;
export function joined(blocks: readonly Block[], array: "weights"): Float32Array;
export function joined(blocks: readonly Block[], array: "inputs" | "targets" | "weights"): Int32Array | Float32Array {
  const length = blocks[0]![array].length;
  const all = array === "weights" ? new Float32Array(blocks.length * length) : new Int32Array(blocks.length * length);
  for (const [b, block] of blocks.entries()) all.set(block[array], b * length);
  return all;
}

export const weightedSum = (weights: Float32Array, losses: Float32Array): number =>
  weights.reduce((sum, weight, i) => sum + weight * losses[i]!, 0);
