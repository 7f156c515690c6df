/** The section `pretraining` of a recipe. Defaults are the paper's settings (arXiv 2412.21140) where it names them. */
import { z } from "zod";
import { checkTraining, trainingShape } from "../engine/training-schema.js";
import { initializerNames } from "./initializers/registry.js";

export const pretrainingSchema = z
  .strictObject({
    initializer: z.enum(initializerNames).default("mean").describe("How rows of new tokens begin."),
    pad_to_multiple_of: z.int().min(1).default(1).describe("Embedding rows are padded up to a multiple of this."),
    ...trainingShape({
      trainable: "embeddings",
      block_size: 4096,
      blocks_per_step: 256,
      learning_rate: 2e-4,
      final_learning_rate_share: 0,
      warmup_steps: 100,
      weight_decay: 0.1,
    }),
    block_starts: z
      .enum(["paragraph", "anywhere"])
      .default("paragraph")
      .describe("Where blocks may begin; paragraph repeats the beginning of a paragraph that a block's end cut."),
    attend_across_documents: z
      .boolean()
      .default(false)
      .describe("Whether a document sees the ones before it in its block."),
    window_characters: z.int().min(8).default(512).describe("Characters in a window of bits per character."),
    max_windows: z.int().min(1).default(500).describe("Windows of the validation text that are measured."),
  })
  .superRefine(checkTraining)
  .describe("Stage 2: new rows, and continued pre-training of the base model.");

export type PretrainingOptions = z.infer<typeof pretrainingSchema>;
