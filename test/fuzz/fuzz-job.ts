/** What the harness and its child process tell one another. */

export interface FuzzLimits {
  /** Processor seconds that one input may take; a busy machine must make no findings. */
  seconds: number;
  /** Resident memory of the process, MB. */
  residentMb: number;
  /** Memory that one input may add to the most the process ever had, MB. */
  growthMb: number;
  /** V8's heap (`--max-old-space-size`), MB. */
  heapMb: number;
}

export const defaultLimits: FuzzLimits = { seconds: 10, residentMb: 1000, growthMb: 250, heapMb: 400 };

export interface FuzzJob {
  /** Module that exports `readers`. */
  module: string;
  /** In this order; the first one goes on from input `from`. */
  parts: { reader: string; inputs: number }[];
  from: number;
  seed: number;
  /** Folder for all that is written. */
  work: string;
  limits: FuzzLimits;
}

export type FindingKind =
  /** An error that is no LepError; one thrown outside of the call; a message that does not name the file. */
  | "wrong_error"
  | "uncaught"
  | "unnamed"
  /** A failed read left an output, or files among the temporary ones. */
  | "half_written"
  | "left_over"
  /** Object.prototype has a new key. */
  | "pollution"
  | "hang"
  | "memory"
  /** The process ended: a signal, an exit code. */
  | "crash";

export interface Finding {
  reader: string;
  index: number;
  kind: FindingKind;
  /** Findings with the same one have the same cause. */
  fault: string;
}

export interface Tally {
  reader: string;
  /** How many of the inputs are done. */
  done: number;
  refused: number;
  taken: number;
  slowestMs: number;
  slowestIndex: number;
  /** Most resident memory that the process had, MB. */
  peakMb: number;
}

/** Exit code of a child that has read everything: whatever a reader ends the process with is another. */
export const finishedCode = 77;

/** In `work`: each reader's tally, written over in its place before every input, and findings, a line each. */
export const tallyFile = "tally.json";
export const findingsFile = "findings.jsonl";
export const tallyBytes = 512;
