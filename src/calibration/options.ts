/** The section `calibration` of a recipe. */
import { z } from "zod";
import { textFilesSchema } from "../corpus/text-files.js";
import { checkTraining, trainingShape } from "../engine/training-schema.js";
import { calibrationSourceNames } from "./sources/registry.js";

const share = z.number().gt(0).lt(1);

const filters = z.strictObject({
  min_characters: z.int().min(1).default(1).describe("Shortest answer that is kept, in characters."),
  max_characters: z.int().min(1).default(20_000).describe("Longest answer that is kept, in characters."),
  stopped_by_length: z.boolean().default(false).describe("Keep answers that max_answer_tokens cut."),
  max_repetition: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe("Greatest share of an answer's word quadruples that were there before in it."),
  script: z
    .strictObject({
      name: z.string().describe("A Unicode script, e.g. Cyrillic."),
      min_share: z.number().min(0).max(1).describe("Least share of letters."),
    })
    .optional()
    .describe("A prompt with so many letters of this script must get an answer with so many of them."),
});

const copyTask = z.strictObject({
  corpus: textFilesSchema,
  share: share.default(0.35).describe("Share of all conversations."),
  units: z
    .array(z.enum(["sentence", "paragraph"]))
    .min(1)
    .default(["sentence", "paragraph"])
    .describe("What is copied."),
  min_characters: z.int().min(1).default(20).describe("Shortest text, in characters."),
  max_characters: z.int().min(1).default(800).describe("Longest text, in characters."),
});

export const calibrationSchema = z
  .strictObject({
    source: z.enum(calibrationSourceNames).default("self").describe("Where the answers come from."),
    prompts: z.array(z.string()).min(1).describe('JSONL files, {"prompt": …} or {"messages": […]} a line.'),
    max_answer_tokens: z.int().min(1).default(512).describe("Longest answer, in tokens of the teacher."),
    parallel: z.int().min(1).default(8).describe("Prompts answered at once."),
    teacher_type: z.enum(["f32", "f16", "bf16", "q8_0"]).default("f16").describe("Weights of the answering model."),
    filters: filters.default(filters.parse({})).describe("Which answers are kept."),
    copy_task: copyTask
      .nullable()
      .default(null)
      .describe("Conversations that ask for a text to be repeated word for word."),
    plain_text: z
      .strictObject({ corpus: textFilesSchema, share: share.default(0.1).describe("Share of all blocks.") })
      .nullable()
      .default(null)
      .describe("Blocks of plain text with a loss on every token, against forgetting."),
    controls: z
      .array(z.enum(["initialised", "original"]))
      .default([])
      .describe("Further models tuned in the same way: new rows without propagation; the original instruct model."),
    validation_share: z.number().min(0).max(0.5).default(0.02).describe("Conversations held out for the loss."),
    ...trainingShape({
      trainable: "full",
      block_size: 1024,
      blocks_per_step: 16,
      learning_rate: 2e-5,
      final_learning_rate_share: 0.1,
      warmup_steps: 10,
      weight_decay: 0,
    }),
  })
  .superRefine(checkTraining)
  .describe("Stage 4: tuning of the propagated model.");

export type CalibrationOptions = z.infer<typeof calibrationSchema>;
/** What one tuning needs; the controls are tunings of their own. */
export type TuningOptions = Omit<CalibrationOptions, "controls">;
export type CopyTaskOptions = z.infer<typeof copyTask>;
export type AnswerFilters = z.infer<typeof filters>;
