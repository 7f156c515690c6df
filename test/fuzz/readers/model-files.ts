/** Weights and configurations of models: one safetensors file, a folder of one, a folder of shards, a LoRA adapter. */
import { existsSync } from "node:fs";
import path from "node:path";
import { float32Tensor, openCheckpoint, writeCheckpoint } from "../../../src/model/checkpoint.js";
import { parseModelConfig } from "../../../src/model/config.js";
import { mergeAdapter } from "../../../src/model/peft/merge-adapter.js";
import { openSafetensors } from "../../../src/model/safetensors.js";
import { tensorShapes } from "../../../src/model/tensor-names.js";
import type { TensorSource } from "../../../src/model/tensor-source.js";
import { writeSafetensors } from "../../../src/model/write-safetensors.js";
import { tinyConfig } from "../../model/tiny-config.js";
import type { FuzzReader, Input } from "../fuzz-reader.js";
import { inputOf, json } from "../seed-folder.js";

const small = {
  ...{ hidden_size: 8, intermediate_size: 4, num_attention_heads: 2, num_key_value_heads: 1, vocab_size: 10 },
  ...{ num_hidden_layers: 1 },
};

function tensors(config: Record<string, unknown>): TensorSource[] {
  return [...tensorShapes(parseModelConfig(config, "config.json"))].map(([name, shape], i) => {
    const count = shape.reduce((product, length) => product * length, 1);
    return float32Tensor(name, shape, new Float32Array(count).fill(i / 8), i % 2 === 0 ? "F32" : "BF16");
  });
}

function modelInput(work: string, changes: Record<string, unknown> = {}, maxShardBytes?: number): Input {
  const folder = path.join(work, `model-${Object.keys(changes).join("-")}-${maxShardBytes}`);
  const config = tinyConfig({ ...small, ...changes });
  writeCheckpoint(folder, config, tensors(config), { maxShardBytes });
  return new Map([...inputOf(folder), ["generation_config.json", json({ eos_token_id: [2, 3], bos_token_id: 1 })]]);
}

function readModel(folder: string): void {
  const checkpoint = openCheckpoint(folder);
  try {
    for (const name of checkpoint.tensors.keys()) checkpoint.readFloat32(name);
  } finally {
    checkpoint.close();
  }
}

const adapterTensors = (): TensorSource[] => {
  const module = "base_model.model.model.layers.0.self_attn.q_proj";
  return [
    float32Tensor(`${module}.lora_A.weight`, [2, 8], new Float32Array(16).fill(0.5)),
    float32Tensor(`${module}.lora_B.weight`, [8, 2], new Float32Array(16).fill(0.25)),
    float32Tensor("base_model.model.model.embed_tokens.weight", [12, 8], new Float32Array(96).fill(0.125), "BF16"),
    float32Tensor("base_model.model.lm_head.weight", [12, 8], new Float32Array(96)),
  ];
};

export const modelFileReaders = {
  safetensors: {
    seeds(work) {
      const file = path.join(work, "a.safetensors");
      writeSafetensors(file, tensors(tinyConfig(small)));
      const two = path.join(work, "b.safetensors");
      writeSafetensors(two, [
        float32Tensor("a", [2, 3], new Float32Array(6), "F16"),
        float32Tensor("empty", [0], new Float32Array(0)),
      ]);
      return [...inputOf(work)].map(([, bytes]) => new Map([["model.safetensors", bytes]]));
    },
    read(input) {
      const file = openSafetensors(path.join(input, "model.safetensors"));
      try {
        for (const name of file.tensors.keys()) file.read(name);
      } finally {
        file.close();
      }
    },
  },
  "model-folder": {
    seeds: (work) => [
      modelInput(work),
      modelInput(work, { tie_word_embeddings: true, rope_scaling: { rope_type: "linear", factor: 2 } }),
      modelInput(work, { model_type: "qwen3", architectures: ["Qwen3ForCausalLM"], head_dim: 4 }),
    ],
    read: readModel,
  },
  "model-shards": { seeds: (work) => [modelInput(work, {}, 400), modelInput(work, {}, 1200)], read: readModel },
  "peft-adapter": {
    seeds(work) {
      const base = [...modelInput(work)].map(([name, bytes]) => [`base/${name}`, bytes] as const);
      const folder = path.join(work, "adapter.safetensors");
      writeSafetensors(folder, adapterTensors());
      const weights = inputOf(work).get("adapter.safetensors")!;
      const config = {
        ...{ peft_type: "LORA", base_model_name_or_path: "../base", r: 2, lora_alpha: 6, bias: "none" },
        ...{ target_modules: ["q_proj"], modules_to_save: null, rank_pattern: {}, use_rslora: false },
      };
      const adapter = { "adapter/adapter_config.json": json(config), "adapter/adapter_model.safetensors": weights };
      return [new Map([...base, ...Object.entries(adapter)])];
    },
    read: (input, out) => mergeAdapter({ adapter: path.join(input, "adapter"), base: path.join(input, "base"), out }),
    fault(out, failed) {
      if (failed) return existsSync(out) ? "an output of a failed merge" : undefined;
      try {
        readModel(out);
      } catch (error) {
        return `what was merged cannot be read: ${(error as Error).message.replace(/\d+/g, "#")}`;
      }
      return undefined;
    },
    slowness: 10,
  },
} as const satisfies Record<string, FuzzReader>;
