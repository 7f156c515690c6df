/** The section `pretraining` of a recipe. Defaults are the paper's settings (arXiv 2412.21140) where it names them. */
import { z } from "zod";
import { textFilesSchema } from "../corpus/text-files.js";
import { checkTraining, trainingShape } from "../engine/training-schema.js";
import { initializerSchema } from "./initializers/options.js";

export const pretrainingSchema = z
  .strictObject({
    initializer: initializerSchema
      .default("mean")
      .describe("How rows of new tokens begin: a name, or a map of the method and its options."),
    head_initializer: initializerSchema
      .optional()
      .describe("The same for an LM head of its own; as initializer where left out."),
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
    replay: z
      .strictObject({
        corpus: textFilesSchema,
        share: z.number().gt(0).lt(1).default(0.1).describe("Share of all tokens."),
      })
      .nullable()
      .default(null)
      .describe("Text of the languages that the model has learned before, mixed in against forgetting."),
    rows: z
      .enum(["all", "used", "new"])
      .default("all")
      .describe(
        "Rows of embedding and LM head that are trained; used: of tokens that the corpus (not the replay) has; new: of tokens that the original vocabulary lacks.",
      ),
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
