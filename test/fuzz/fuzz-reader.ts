/** A reader as the harness sees it: valid inputs to begin with, and a function over a folder that holds one input. */

/** Relative path → content; `folder`: a folder stands where a file is expected. */
export type Input = ReadonlyMap<string, Uint8Array | "folder">;

export interface FuzzReader {
  /** Valid inputs, which mutated ones are made of; `work` is a folder to make them in. */
  seeds(work: string): Input[] | Promise<Input[]>;
  /** Reads the input in the folder `input`. What it writes goes to `out`, where nothing is. */
  read(input: string, out: string): unknown;
  /** What a message may name in place of the input's folder or a file in it. */
  names?: readonly string[];
  /** What is wrong with what is left at `out`; by default a failed read must leave nothing there. */
  fault?(out: string, failed: boolean): string | undefined;
  /** One input in how many is tried in `npm test`, where a read takes long; 1 by default. */
  slowness?: number;
}

export type FuzzReaders = Readonly<Record<string, FuzzReader>>;
