/** What a stage says it will take, before it runs. What cannot be known is null, and a note says why. */

/** `at_most`: the true number is this one or smaller. */
export type Certainty = "exact" | "estimate" | "at_most";

export interface Count {
  value: number;
  certainty: Certainty;
}

/** A part of a stage's work. */
export interface Work {
  /** For example `training`. */
  what: string;
  /** Positions that are computed; null where nothing says how many. */
  tokens: Count | null;
  /** Floating-point operations of matrix products. */
  flops: number | null;
  seconds: number | null;
}

export interface PlannedMemory {
  /** What takes the most, for example `training`. */
  what: string;
  bytes: number;
  /** Bytes that the device has to give. */
  free_bytes: number;
  fits: boolean;
  /** Changes of the options that would make it fit. */
  remedies: string[];
}

export interface PlannedDisk {
  /** Bytes that stay. */
  kept: number;
  /** Bytes beside them while the stage runs: checkpoints, exported weights. */
  meanwhile: number;
}

export interface StagePlan {
  /** Optimiser steps; left out where nothing is trained. */
  steps?: Count | null;
  work: Work[];
  memory: PlannedMemory | null;
  disk: PlannedDisk | null;
  /** Where the numbers come from, and what is not known. */
  notes: string[];
  warnings: string[];
}

/** The sum, with the certainty of its least certain part; null where a part is not known. */
export function sumCounts(counts: readonly (Count | null)[]): Count | null {
  let sum: Count | null = { value: 0, certainty: "exact" };
  for (const count of counts) {
    if (sum === null || count === null) return null;
    sum = { value: sum.value + count.value, certainty: lessCertain(sum.certainty, count.certainty) };
  }
  return sum;
}

const byCertainty: readonly Certainty[] = ["exact", "at_most", "estimate"];
export const lessCertain = (a: Certainty, b: Certainty): Certainty =>
  byCertainty.indexOf(a) > byCertainty.indexOf(b) ? a : b;

/** The sum of what is known; null where a part is not. */
export const sumKnown = (values: readonly (number | null)[]): number | null =>
  values.reduce<number | null>((sum, value) => (sum === null || value === null ? null : sum + value), 0);

/** The one that takes more of what it is given. */
export function larger(a: PlannedMemory | null, b: PlannedMemory | null): PlannedMemory | null {
  if (a === null || b === null) return a ?? b;
  return b.bytes > a.bytes ? b : a;
}
