import type { Random } from "../../random.js";
import { meanRows } from "./mean.js";
import { randomRows } from "./random.js";

export interface InitializerInput {
  /** The original matrix, embedding or LM head: [any, width]. */
  rows: Float32Array;
  width: number;
  /** Rows that belong to tokens; those behind are padding. */
  trained: number;
  /** For every new row the original ids that make it up; empty where there are none, and for padding. */
  pieces: readonly Int32Array[];
  random: Random;
}

/** Makes the new matrix, [pieces.length, width], a run of rows at a time. Embedding and head go through it alike. */
export type Initializer = (input: InitializerInput) => Iterable<Float32Array>;

export const initializers = {
  mean: meanRows,
  random: randomRows,
} as const satisfies Record<string, Initializer>;

export type InitializerName = keyof typeof initializers;
export const initializerNames = Object.keys(initializers) as [InitializerName, ...InitializerName[]];
