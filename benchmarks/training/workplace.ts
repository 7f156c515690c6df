/** Models, tokens and peer that the entries work with, made when the first entry asks for them. */
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { createTrainingSet } from "../../src/engine/training-set.js";
import { createRandom } from "../../src/random.js";
import { findPeer, type Peer } from "./peer.js";
import { writeRepeatedModel } from "./repeated-model.js";
import type { ModelConfig, TrainingShape } from "./shapes.js";

export interface Workplace {
  /** Of each side. */
  runs: number;
  /** Timed in a run, after one to warm up. */
  steps: number;
  threads: number;
  /** Where an entry writes. */
  place(name: string): string;
  /** Folder of the shape's model, with random weights. */
  model(shape: Pick<TrainingShape, "model" | "config" | "dtype">): string;
  /** Training set of `blocks` blocks of random tokens. */
  tokens(config: ModelConfig, blocks: number, length: number): string;
  /** Null where PyTorch is not installed. */
  peer(): Promise<Peer | null>;
  /** Peak memory of our runs so far by what was run, MB: the estimate is held against it. */
  peaks: Map<string, number>;
}

/** `large`: folder for models, which are left there where the caller named it. */
export function setUp(
  folder: string,
  large: string,
  options: Pick<Workplace, "runs" | "steps" | "threads">,
): Workplace {
  let peer: Promise<Peer | null> | undefined;
  const place = (name: string): string => path.join(folder, name);
  return {
    ...options,
    place,
    peaks: new Map(),
    peer() {
      peer ??= findPeer();
      return peer;
    },
    model({ model, config, dtype }) {
      const at = path.join(large, model);
      if (existsSync(path.join(at, "config.json"))) return at;
      mkdirSync(large, { recursive: true });
      process.stderr.write(`writing the model ${model}\n`);
      writeRepeatedModel(at, config, dtype);
      return at;
    },
    tokens(config, blocks, length) {
      const file = place(`${config.vocab_size}-${blocks}-${length}.blocks`);
      if (!existsSync(file)) writeRandomTokens(file, config.vocab_size, blocks, length);
      return file;
    },
  };
}

function writeRandomTokens(file: string, vocabulary: number, blocks: number, length: number): void {
  const random = createRandom(1);
  const set = createTrainingSet(file, length);
  for (let b = 0; b < blocks; b++) {
    const ids = Int32Array.from({ length: length + 1 }, () => random.below(vocabulary));
    set.append({
      inputs: ids.slice(0, length),
      targets: ids.slice(1),
      weights: new Float32Array(length).fill(1),
      segments: new Int32Array(length),
    });
  }
  set.finish();
}
