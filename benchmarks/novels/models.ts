/** The models that the novels benchmark adapts, made from nothing but English novels: about 8 million parameters. */
import { existsSync } from "node:fs";
import path from "node:path";
import { conversationTrainingSchema, trainOnConversations } from "../../src/calibration/train-on-conversations.js";
import type { ComputeOptions } from "../../src/engine/engine.js";
import { createRandomModel } from "../../src/model/random-model.js";
import { pretrainingSchema } from "../../src/pretraining/options.js";
import { pretrain } from "../../src/pretraining/pretrain.js";
import type { Progress } from "../../src/progress.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { buildVocabulary } from "../../src/vocabulary/build-vocabulary.js";
import { novelDialogues } from "./dialogues.js";

export const context = 512;
const vocabularySize = 8000;
const seed = 1;

const shape = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  hidden_size: 256,
  intermediate_size: 768,
  num_hidden_layers: 5,
  num_attention_heads: 4,
  num_key_value_heads: 4,
  max_position_embeddings: context,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  tie_word_embeddings: false,
  torch_dtype: "float32",
};

export interface NovelModels {
  base: string;
  instruct: string;
}

/** Makes (or finds) the base model in `work`. */
export async function novelBase(
  novels: string,
  work: string,
  tokens: number,
  compute: ComputeOptions,
  progress: Progress,
): Promise<string> {
  const train = trainingText(novels);
  const validation = { files: [path.join(novels, "en", "validation", "*.txt")] };
  const tokenizer = path.join(work, "tokenizer");
  const base = path.join(work, "base");
  if (!existsSync(tokenizer)) {
    await buildVocabulary({ method: "bpe", corpus: { files: train }, size: vocabularySize, out: tokenizer }, progress);
  }
  if (!existsSync(base)) {
    const { size, bosId, eosIds } = await loadTokenizer(tokenizer);
    const random = path.join(work, "random");
    createRandomModel(
      random,
      { ...shape, vocab_size: size, bos_token_id: bosId, eos_token_id: eosIds[0] },
      { seed, dtype: "F32", embedding_std: 0.05, projection_std: 0.04 },
    );
    const options = pretrainingSchema.parse({
      trainable: "full",
      block_size: 256,
      blocks_per_step: 16,
      micro_batch: 16,
      steps: Math.round(tokens / (16 * 256)),
      learning_rate: 2e-3,
      final_learning_rate_share: 0.1,
      warmup_steps: 20,
      window_characters: windowCharacters,
      max_windows: 300,
    });
    await pretrain(
      {
        model: random,
        tokenizer,
        corpora: [{ name: "novels", files: train }],
        validation,
        options,
        seed,
        compute,
        out: base,
        work: path.join(work, "base-work"),
      },
      progress,
    );
  }
  return base;
}

const trainingText = (novels: string): string[] => [path.join(novels, "en", "train", "*.txt")];

/** Makes (or finds) base and instruct model in `work`. `tokens`: how many the base is trained on. */
export async function novelModels(
  novels: string,
  work: string,
  tokens: number,
  compute: ComputeOptions,
  progress: Progress,
): Promise<NovelModels> {
  const base = await novelBase(novels, work, tokens, compute, progress);
  const instruct = path.join(work, "instruct");
  if (!existsSync(instruct)) {
    const conversations = await novelDialogues(trainingText(novels), 4000, seed);
    const options = conversationTrainingSchema.parse({
      block_size: 256,
      blocks_per_step: 16,
      micro_batch: 16,
      epochs: 1,
      learning_rate: 5e-4,
    });
    await trainOnConversations(
      { model: base, conversations, options, seed, compute, out: instruct, work: path.join(work, "instruct-work") },
      progress,
    );
  }
  return { base, instruct };
}

/** Under the English vocabulary a Cyrillic letter is up to two tokens: a window must fit the blocks of 256. */
export const windowCharacters = 120;
