/**
 * tiny-base, trained from random weights on the world's text in both languages, and tiny-instruct, tuned from it on
 * dialogues. Both by lep's own engine.
 */
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { writeFileAtomic, writeFolderAtomic } from "../../src/atomic-output.js";
import { conversationTrainingSchema, trainOnConversations } from "../../src/calibration/train-on-conversations.js";
import type { ComputeOptions } from "../../src/engine/engine.js";
import { getEngine } from "../../src/engine/registry.js";
import { float32Tensor, openCheckpoint, type TensorSource, writeCheckpoint } from "../../src/model/checkpoint.js";
import { parseModelConfig } from "../../src/model/config.js";
import { embeddingName, headName, tensorShapes } from "../../src/model/tensor-names.js";
import { pretrainingSchema } from "../../src/pretraining/options.js";
import { trainOnDocuments } from "../../src/pretraining/train-on-documents.js";
import type { Progress } from "../../src/progress.js";
import { createRandom } from "../../src/random.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { baseCard, instructCard } from "./model-cards.js";
import { baseParagraphs, dialogues, type World } from "./texts.js";
import { specialTokens } from "./tokenizer.js";
import { seeds } from "./world-seeds.js";

export const shape = {
  hidden_size: 128,
  intermediate_size: 256,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 4,
} as const;

/** Wide embeddings and narrow outputs of the blocks: with the usual 0.02 so small a model learns almost no facts. */
const spread = { embedding: 0.3, head: 0.02, inner: 0.06, outer: 0.02 } as const;

const baseTraining = pretrainingSchema.parse({
  trainable: "full",
  block_size: 256,
  blocks_per_step: 4,
  micro_batch: 4,
  steps: 8500,
  learning_rate: 2.5e-3,
  final_learning_rate_share: 0.02,
  warmup_steps: 100,
  beta2: 0.98,
  epsilon: 1e-8,
  weight_decay: 0,
  precision: "bf16",
  checkpoint_every: 500,
});

const instructTraining = conversationTrainingSchema.parse({
  trainable: "full",
  block_size: 448,
  blocks_per_step: 6,
  micro_batch: 6,
  steps: 600,
  learning_rate: 4e-4,
  final_learning_rate_share: 0.02,
  warmup_steps: 50,
  beta2: 0.98,
  epsilon: 1e-8,
  precision: "bf16",
  checkpoint_every: 300,
});

export interface MakeOptions {
  /** Folder for texts, packed data and checkpoints; a killed run continues from it. */
  work: string;
  out: string;
  compute: ComputeOptions;
  progress?: Progress;
}

/** The architecture, for the tokenizer of `folder`. */
async function modelConfig(folder: string): Promise<Record<string, unknown>> {
  const tokenizer = await loadTokenizer(folder);
  return {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    ...shape,
    head_dim: shape.hidden_size / shape.num_attention_heads,
    vocab_size: tokenizer.size,
    max_position_embeddings: 512,
    hidden_act: "silu",
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    tie_word_embeddings: false,
    attention_bias: false,
    mlp_bias: false,
    bos_token_id: tokenizer.idOf(specialTokens.bos),
    eos_token_id: [tokenizer.idOf(specialTokens.endOfText), tokenizer.idOf(specialTokens.endOfTurn)],
    torch_dtype: "float32",
  };
}

/** Random weights, each tensor from a seed of its own. */
export async function makeRandomModel(tokenizer: string, folder: string, seed: number): Promise<void> {
  const config = await modelConfig(tokenizer);
  const tensors = [...tensorShapes(parseModelConfig(config, folder))].map(([name, dimensions], i): TensorSource => {
    const values = new Float32Array(dimensions.reduce((product, length) => product * length, 1)).fill(1);
    if (dimensions.length > 1) {
      const random = createRandom(seed * 1000 + i);
      const deviation = deviationOf(name);
      for (let at = 0; at < values.length; at++) values[at] = deviation * random.normal();
    }
    return float32Tensor(name, dimensions, values);
  });
  writeCheckpoint(folder, config, tensors);
  copyTokenizer(tokenizer, folder);
  const { bos_token_id, eos_token_id } = config;
  writeFileAtomic(
    path.join(folder, "generation_config.json"),
    `${JSON.stringify({ bos_token_id, eos_token_id, do_sample: false }, null, 2)}\n`,
  );
}

function deviationOf(name: string): number {
  if (name === embeddingName) return spread.embedding;
  if (name === headName) return spread.head;
  return /o_proj|down_proj/.test(name) ? spread.outer : spread.inner;
}

const tokenizerFiles = ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"];

function copyTokenizer(from: string, to: string): void {
  for (const name of tokenizerFiles) copyFileSync(path.join(from, name), path.join(to, name));
}

/** A base model is no chat model: asked in the chat format, it would meet tokens that it has never seen. */
function removeChatTemplate(folder: string): void {
  const file = path.join(folder, "tokenizer_config.json");
  const { chat_template: _, ...rest } = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  writeFileAtomic(file, `${JSON.stringify(rest, null, 1)}\n`);
}

export async function makeBase(world: World, tokenizer: string, options: MakeOptions): Promise<void> {
  const { work, out, compute, progress } = options;
  const text = path.join(work, "base.txt");
  writeFileAtomic(text, `${[...baseParagraphs(world)].join("\n\n")}\n`);
  const start = path.join(work, "random");
  await writeFolderAtomic(start, (folder) => makeRandomModel(tokenizer, folder, seeds.base));
  const trained = path.join(work, "base");
  await trainOnDocuments(
    getEngine(compute.engine),
    {
      model: start,
      tokenizer: await loadTokenizer(tokenizer),
      corpora: [{ name: "base", files: [text], documents: "blank_lines" }],
      options: baseTraining,
      seed: seeds.base,
      compute,
      work: path.join(work, "base-training"),
      out: trained,
    },
    progress,
  );
  await shipModel(trained, out, baseCard);
  removeChatTemplate(out);
}

/** `tokenizer`: the base's, with the chat template. */
export async function makeInstruct(world: World, base: string, tokenizer: string, options: MakeOptions): Promise<void> {
  const { work, out, compute, progress } = options;
  const trained = path.join(work, "instruct");
  await trainOnConversations(
    {
      model: base,
      tokenizer,
      conversations: dialogues(world),
      options: instructTraining,
      seed: seeds.dialogues,
      compute,
      out: trained,
      work: path.join(work, "instruct-training"),
    },
    progress,
  );
  await shipModel(trained, out, instructCard);
}

/** Copies a trained model to where it ships, in bf16: half the size, and less precision than the training's own noise. */
async function shipModel(trained: string, out: string, card: string): Promise<void> {
  const checkpoint = openCheckpoint(trained);
  await writeFolderAtomic(out, (folder) => {
    mkdirSync(folder, { recursive: true });
    const tensors = [...checkpoint.tensors.values()].map(({ name, shape: dimensions }) =>
      float32Tensor(name, dimensions, checkpoint.readFloat32(name), "BF16"),
    );
    writeCheckpoint(folder, { ...checkpoint.config.raw, torch_dtype: "bfloat16" }, tensors);
    copyTokenizer(trained, folder);
    copyFileSync(path.join(trained, "generation_config.json"), path.join(folder, "generation_config.json"));
    writeFileAtomic(path.join(folder, "README.md"), card);
  });
  checkpoint.close();
}
