/**
 * Dropout on the inputs of adapters, drawn so that every device drops the same numbers and a continued
 * training the same as one never stopped: a table of random mask rows is made once from the seed, and
 * each token at each adapted map takes one of its rows, by a draw from seed, step and micro-batch.
 */
import { createRandom } from "../random.js";
import { sha256 } from "../sha256.js";
import type { Parameter, ParameterLayout } from "./parameter-layout.js";

/** Rows of the table. */
export const dropoutRows = 1024;

/** The halves A, whose inputs are dropped, in the order in which rows are drawn for them. */
export function droppingParameters({ parameters }: ParameterLayout): Parameter[] {
  return parameters.filter(({ name }) => name.endsWith(".lora_A.weight"));
}

/** [1024, width]: 0 with probability `share`, else 1 / (1 − share). */
export function dropoutTable(seed: number, share: number, width: number): Float32Array {
  const random = createRandom(seedOf(seed, "table"));
  const kept = 1 / (1 - share);
  return Float32Array.from({ length: dropoutRows * width }, () => (random.uniform() < share ? 0 : kept));
}

/** Rows of the table for `count` uses (tokens times adapted maps, a map's tokens in a row) in one micro-batch of a step. */
export function drawDropoutRows(seed: number, step: number, microBatch: number, count: number): Int32Array {
  const random = createRandom(seedOf(seed, `${step} ${microBatch}`));
  return Int32Array.from({ length: count }, () => random.below(dropoutRows));
}

const seedOf = (seed: number, use: string): number => Number.parseInt(sha256(`dropout ${seed} ${use}`).slice(0, 8), 16);
