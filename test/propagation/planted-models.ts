import { writeFileSync } from "node:fs";
import path from "node:path";
import {
  copyTensor,
  float32Tensor,
  openCheckpoint,
  type TensorType,
  writeCheckpoint,
} from "../../src/model/checkpoint.js";
import { createRandomModel } from "../../src/model/random-model.js";
import { embeddingName, headName } from "../../src/model/tensor-names.js";
import { createRandom } from "../../src/random.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { writeSmallTokenizer } from "./small-tokenizer.js";

export const width = 16;

const originalAdded = ["<|begin|>", "<|end|>", "<|eot|>", "<|user|>"];
const newAdded = ["<|user|>", "<|begin|>", "<|eot|>", "<|end|>"];

export interface PlantedOptions {
  tied?: boolean;
  dtype?: TensorType;
  /** Changes of the instruct model's config.json. */
  instruct?: Record<string, unknown>;
  /** Added tokens of the adapted tokenizer. */
  added?: string[];
  padding?: number;
  /** Added tokens that only the instruct model has, behind the others; its table has this many rows more. */
  instructAdded?: string[];
}

/**
 * Three model folders with a planted truth: every row of the instruct model is the base model's row times one map (a map
 * each for embedding and head), added tokens apart. The adapted model keeps the base's rows for the tokens that it shares.
 */
export async function writePlantedModels(folder: string, options: PlantedOptions = {}) {
  const { tied = false, dtype = "F32", padding = 3 } = options;
  const paths = {
    base: path.join(folder, "base"),
    instruct: path.join(folder, "instruct"),
    adapted: path.join(folder, "adapted"),
  };
  const words = ["кот", " the", " он", "ing", " and"];
  writeSmallTokenizer(paths.base, {
    words,
    added: originalAdded,
    config: { bos_token: "<|begin|>", eos_token: "<|end|>" },
  });
  const { instructAdded = [] } = options;
  writeSmallTokenizer(paths.instruct, {
    words,
    added: [...originalAdded, ...instructAdded],
    config: { bos_token: "<|begin|>", eos_token: "<|eot|>", chat_template: "{{ messages }}" },
  });
  writeSmallTokenizer(paths.adapted, {
    words: [" the", " коты", "кот", " она", " домик"],
    added: options.added ?? newAdded,
    config: { bos_token: "<|begin|>", eos_token: "<|end|>" },
  });
  const tokenizers = {
    original: await loadTokenizer(paths.base),
    adapted: await loadTokenizer(paths.adapted),
  };
  const config = (rows: number, more: Record<string, unknown> = {}): Record<string, unknown> => ({
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_size: width,
    intermediate_size: 32,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    vocab_size: rows,
    tie_word_embeddings: tied,
    bos_token_id: tokenizers.original.idOf("<|begin|>"),
    eos_token_id: tokenizers.original.idOf("<|end|>"),
    ...more,
  });
  const rows = tokenizers.original.size + 2;
  const newRows = tokenizers.adapted.size + padding;
  const random = (to: string, seed: number, settings: Record<string, unknown>): void =>
    createRandomModel(to, settings, { seed, dtype });
  const eot = tokenizers.original.idOf("<|eot|>")!;
  random(paths.base, 1, config(rows));
  random(paths.instruct, 2, config(rows + instructAdded.length, { eos_token_id: eot, ...options.instruct }));
  random(paths.adapted, 3, config(newRows, { bos_token_id: null, eos_token_id: null }));
  const generation = { eos_token_id: [eot, eot - 1], bos_token_id: eot - 2, temperature: 0.5 };
  writeFileSync(path.join(paths.instruct, "generation_config.json"), JSON.stringify(generation));

  const maps: Record<string, Float64Array> = {};
  const planted = { paths, tokenizers, maps, newRows };
  // A differing instruct model is there to be refused; nothing can be planted in it.
  if (options.instruct !== undefined || padding < 0) return planted;
  for (const [i, name] of (tied ? [embeddingName] : [embeddingName, headName]).entries()) {
    const { normal } = createRandom(10 + i);
    const map = Float64Array.from(
      { length: width * width },
      (_, at) => (at % (width + 1) === 0 ? 1 : 0) + 0.3 * normal(),
    );
    maps[name] = map;
    const base = rowsOf(paths.base, name);
    const adapted = rowsOf(paths.adapted, name);
    for (let id = 0; id < tokenizers.adapted.size; id++) {
      const original = tokenizers.adapted.bytesOf(id) && tokenizers.original.idOf(tokenizers.adapted.tokenOf(id)!);
      if (original !== undefined) adapted.set(base.subarray(original * width, (original + 1) * width), id * width);
    }
    const instruct = rowsOf(paths.instruct, name);
    const mapped = times(base, map);
    for (let id = 0; id < tokenizers.original.size; id++) {
      if (tokenizers.original.addedIds.has(id)) continue;
      instruct.set(mapped.subarray(id * width, (id + 1) * width), id * width);
    }
    replaceRows(paths.adapted, name, adapted);
    replaceRows(paths.instruct, name, instruct);
  }
  return planted;
}

export function rowsOf(folder: string, name: string): Float32Array {
  const checkpoint = openCheckpoint(folder);
  try {
    return checkpoint.readFloat32(name);
  } finally {
    checkpoint.close();
  }
}

/** rows · map in float64. */
export function times(rows: Float32Array, map: Float64Array): Float64Array {
  return Float64Array.from(rows, (_, at) => {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += rows[at - (at % width) + k]! * map[k * width + (at % width)]!;
    return sum;
  });
}

export function replaceRows(folder: string, name: string, data: Float32Array): void {
  const checkpoint = openCheckpoint(folder);
  try {
    const tensors = [...checkpoint.tensors.values()].map((info) =>
      info.name === name ? float32Tensor(name, info.shape, data, info.dtype) : copyTensor(checkpoint, info.name),
    );
    writeCheckpoint(folder, checkpoint.config.raw, tensors);
  } finally {
    checkpoint.close();
  }
}
