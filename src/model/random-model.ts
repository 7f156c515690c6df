/** A model with random weights: where training from scratch begins. */
import { createRandom } from "../random.js";
import { sha256 } from "../sha256.js";
import { parseModelConfig } from "./config.js";
import type { TensorType } from "./float-formats.js";
import { embeddingName, headName, tensorShapes } from "./tensor-names.js";
import type { TensorSource } from "./tensor-source.js";
import { writeCheckpoint } from "./write-checkpoint.js";

export interface RandomModelOptions {
  seed: number;
  /** Standard deviation of embedding and LM head; the configuration's initializer_range (0.02) by default. */
  embedding_std?: number | undefined;
  /** The same for all matrices and biases of the blocks. */
  projection_std?: number | undefined;
  dtype: TensorType;
}

/** Writes a model folder with normal weights and biases, and norms of one. Each tensor depends on the seed and its own name only. */
export function createRandomModel(folder: string, config: Record<string, unknown>, options: RandomModelOptions): void {
  const parsed = parseModelConfig(config, `${folder}/config.json`);
  const range = typeof config.initializer_range === "number" ? config.initializer_range : 0.02;
  const { seed, embedding_std = range, projection_std = range, dtype } = options;
  const tensors: TensorSource[] = [];
  for (const [name, shape] of tensorShapes(parsed)) {
    const std = name === embeddingName || name === headName ? embedding_std : projection_std;
    const isNorm = shape.length === 1 && !name.endsWith(".bias");
    const values = isNorm ? 1 : { std, seed: Number.parseInt(sha256(`${seed} ${name}`).slice(0, 8), 16) };
    tensors.push({ name, shape, dtype, pieces: () => draw(shape, values) });
  }
  writeCheckpoint(folder, config, tensors);
}

const pieceElements = 1 << 20;

function* draw(shape: number[], values: 1 | { std: number; seed: number }): Iterable<Float32Array> {
  const total = shape.reduce((product, length) => product * length, 1);
  const random = values === 1 ? undefined : createRandom(values.seed);
  for (let at = 0; at < total; at += pieceElements) {
    const piece = new Float32Array(Math.min(pieceElements, total - at)).fill(1);
    if (values !== 1) for (let i = 0; i < piece.length; i++) piece[i] = values.std * random!.normal();
    yield piece;
  }
}
