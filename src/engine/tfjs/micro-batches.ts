/** The blocks of a step, some at a time, and their arrays end to end. */
import { EngineError } from "../../errors.js";
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

/** Throws `EngineError` where a step has nothing to learn from. */
export function countWeights(blocks: readonly Block[]): { weightSum: number; tokens: number } {
  let weightSum = 0;
  let tokens = 0;
  for (const { weights } of blocks) {
    for (const weight of weights) {
      weightSum += weight;
      if (weight > 0) tokens++;
    }
  }
  if (tokens > 0) return { weightSum, tokens };
  throw new EngineError("engine.no_targets", "every loss weight in a step is 0: there is nothing to learn from", {
    hint: "Use more blocks per step, or leave out blocks without targets.",
  });
}
