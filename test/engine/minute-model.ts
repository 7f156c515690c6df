/** Models and training sets of a few thousand numbers for the engine's tests. */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Block, createTrainingSet } from "../../src/engine/training-set.js";
import type { TensorType } from "../../src/model/checkpoint.js";
import { createRandomModel } from "../../src/model/random-model.js";
import { createRandom } from "../../src/random.js";

export const minuteConfig = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  hidden_size: 24,
  intermediate_size: 40,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 8,
  vocab_size: 50,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  max_position_embeddings: 64,
  tie_word_embeddings: false,
  bos_token_id: 0,
  eos_token_id: 1,
};

export function temporaryFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(os.tmpdir(), "lep-engine-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Weights large enough that attention and norms matter. */
export function writeMinuteModel(
  folder: string,
  changes: Record<string, unknown> = {},
  dtype: TensorType = "F32",
): string {
  createRandomModel(
    folder,
    { ...minuteConfig, ...changes },
    { seed: 5, embedding_std: 0.5, projection_std: 0.2, dtype },
  );
  return folder;
}

/** Random blocks; every second one in three segments with padding, loss weights from 0 to 2. */
export function randomBlocks(count: number, length: number, rows: number, seed = 1): Block[] {
  const random = createRandom(seed);
  const ids = (): Int32Array => Int32Array.from({ length }, () => random.below(rows));
  return Array.from({ length: count }, (_, b) => {
    const packed = b % 2 === 1;
    const segments = Int32Array.from({ length }, (_, i) => (packed ? (i >= length - 2 ? -1 : Math.floor(i / 4)) : 0));
    const weights = Float32Array.from({ length }, (_, i) =>
      segments[i] === -1 ? 0 : [1, 0.5, 0, 2][random.below(4)]!,
    );
    return { inputs: ids(), targets: ids(), weights, segments };
  });
}

export function writeBlocks(file: string, blocks: Block[]): string {
  const set = createTrainingSet(file, blocks[0]!.inputs.length);
  for (const block of blocks) set.append(block);
  set.finish();
  return file;
}

/** ‖a − b‖ / ‖b‖ */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let size = 0;
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  return Math.sqrt(difference / size);
}
