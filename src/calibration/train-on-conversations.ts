/** Fine-tunes a model on given conversations, with a loss on the assistant's tokens only. */
import path from "node:path";
import { z } from "zod";
import type { ComputeOptions } from "../engine/engine.js";
import { getEngine } from "../engine/registry.js";
import { finishModelFolder, type TrainedModel, trainModel } from "../engine/train-model.js";
import { checkTraining, trainingOptions, trainingShape } from "../engine/training-schema.js";
import { contentHashes, openWorkFolder } from "../engine/work-folder.js";
import type { Progress } from "../progress.js";
import { loadTokenizer } from "../tokenizer/load-tokenizer.js";
import type { ChatMessage } from "../tokenizer/tokenizer.js";
import { conversationSequences, type PackedSequences, packSequences } from "./conversations.js";

export const conversationTrainingSchema = z
  .strictObject(
    trainingShape({
      trainable: "full",
      block_size: 1024,
      blocks_per_step: 16,
      learning_rate: 2e-5,
      final_learning_rate_share: 0.1,
      warmup_steps: 10,
      weight_decay: 0,
    }),
  )
  .superRefine(checkTraining);

export interface ConversationTraining {
  /** Model folder to start from. */
  model: string;
  /** Tokenizer folder or file, with a chat template; the model's own where left out. */
  tokenizer?: string;
  /** Read twice where a killed training continues. */
  conversations: AsyncIterable<ChatMessage[]> | Iterable<ChatMessage[]>;
  options: z.infer<typeof conversationTrainingSchema>;
  seed: number;
  compute: ComputeOptions;
  /** The trained model folder; written whole or not at all. */
  out: string;
  /** Folder of packed data and checkpoints. Belongs to this job alone: name another for other conversations. */
  work: string;
}

/** Nothing is held out, so `evaluate_every` is to be 0. Throws `CorpusError` (nothing to train on), `TokenizerError`, `CheckpointError` and `EngineError`. */
export async function trainOnConversations(
  job: ConversationTraining,
  progress?: Progress,
  signal?: AbortSignal,
): Promise<TrainedModel & { packed: PackedSequences }> {
  const { model, options, seed, compute, out, work } = job;
  const tokenizer = await loadTokenizer(job.tokenizer ?? model);
  openWorkFolder(
    work,
    ["conversations", contentHashes(model), contentHashes(tokenizer.source), options, seed],
    progress,
  );
  const data = path.join(work, "conversations.blocks");
  const packed = await packSequences(conversationSequences(tokenizer, job.conversations), options.block_size, data);
  const trained = await trainModel(
    getEngine(compute.engine),
    {
      model,
      tokenizer,
      data: { sets: [{ file: data, weight: 1 }] },
      options: trainingOptions(options, packed.blocks, seed),
      compute,
      work,
    },
    progress,
    signal,
  );
  await finishModelFolder(trained, { model, tokenizer: tokenizer.source }, out);
  return { ...trained, packed };
}
