/** The section `calibration` of a recipe. */
import { z } from "zod";
import { textFilesSchema } from "../corpus/text-files.js";
import { checkTraining, trainingShape } from "../engine/training-schema.js";
import { calibrationSourceNames, calibrationSources } from "./sources/registry.js";

const share = z.number().gt(0).lt(1);

const filters = z.strictObject({
  min_characters: z.int().min(1).default(1).describe("Shortest answer that is kept, in characters."),
  max_characters: z.int().min(1).default(20_000).describe("Longest answer that is kept, in characters."),
  min_tokens: z.int().min(0).default(0).describe("Shortest answer that is kept, in tokens of the instruct model."),
  max_tokens: z.int().min(1).optional().describe("Longest answer that is kept, in tokens of the instruct model."),
  stopped_by_length: z.boolean().default(false).describe("Keep answers that max_answer_tokens cut."),
  max_repetition: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe("Greatest share of an answer's word quadruples, or of its lines, that were there before in it."),
  script: z
    .strictObject({
      name: z
        .union([z.string(), z.array(z.string()).min(1)])
        .describe("A Unicode script, e.g. Cyrillic, or several that count together."),
      min_share: z.number().min(0).max(1).describe("Least share of letters."),
      every_answer: z.boolean().default(false).describe("Whatever the script of the prompt."),
    })
    .optional()
    .describe("A prompt with so many letters of this script must get an answer with so many of them."),
  refusals: z.boolean().default(false).describe("Keep answers that decline, in Russian or English."),
  near_duplicates: z
    .number()
    .min(0.7)
    .max(1)
    .optional()
    .describe(
      "Leave out conversations of which this share of word triples is that of one before; left out: exact duplicates only.",
    ),
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

const files = {
  prompts: z
    .array(z.string())
    .min(1)
    .optional()
    .describe(
      'For self: JSONL files, {"prompt": …} or {"messages": […]} a line; left out: the Russian prompts of lep.',
    ),
  instructions: z
    .array(z.string())
    .min(1)
    .optional()
    .describe(
      'For instructions: .jsonl or .parquet files, each also .gz or .zst, with "messages": [{"role", "content"}, …].',
    ),
};

const namedSource = z.strictObject({
  source: z.enum(calibrationSourceNames).describe("Where the answers come from."),
  ...files,
  weight: z
    .number()
    .positive()
    .optional()
    .describe("Its part of the conversations, beside the others'; all or none have one."),
});

type Fault = (path: (string | number)[], message: string) => void;

/** That a source has the files it reads, and no others. */
function checkFiles(section: z.infer<typeof namedSource>, path: string[], fault: Fault): void {
  const { files: own, shipped } = calibrationSources[section.source] as { files: string; shipped?: string };
  for (const key of ["prompts", "instructions"] as const) {
    const given = section[key] !== undefined;
    if (key === own ? given || shipped !== undefined : !given) continue;
    fault(
      [...path, key],
      key === own ? `source ${section.source} needs it` : `source ${section.source} does not read it`,
    );
  }
}

function checkSources(section: CalibrationSection, fault: Fault): void {
  const { source, prompts, instructions, sources } = section;
  if (sources === undefined) {
    checkFiles({ source: source ?? "self", prompts, instructions }, [], fault);
    return;
  }
  for (const [key, value] of Object.entries({ source, prompts, instructions })) {
    if (value !== undefined) fault([key], "belongs below a name in sources, where there are several");
  }
  const named = Object.entries(sources);
  if (named.length === 0) fault(["sources"], "name at least one source");
  const weighted = named.some(([, { weight }]) => weight !== undefined);
  for (const [name, one] of named) {
    checkFiles(one, ["sources", name], fault);
    if (weighted && one.weight === undefined) fault(["sources", name, "weight"], "all sources have a weight, or none");
  }
}

const calibrationShape = {
  source: z.enum(calibrationSourceNames).optional().describe("Where the answers come from: self where it is left out."),
  ...files,
  sources: z
    .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, "letters, digits, dash and underscore only"), namedSource)
    .optional()
    .describe(
      "Several sources by name, in place of source and its files; mixed exactly by weight, or all that there is.",
    ),
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
    .array(z.string())
    .default([])
    .describe(
      "Further models tuned in the same way: initialised (new rows without propagation), original (the instruct model as it was), or methods of propagation.also.",
    ),
  validation_share: z.number().min(0).max(0.5).default(0.02).describe("Conversations held out for the loss."),
  ...trainingShape({
    trainable: "lora",
    block_size: 4096,
    blocks_per_step: 16,
    learning_rate: 5e-5,
    final_learning_rate_share: 0,
    warmup_steps: 16,
    weight_decay: 0.05,
  }),
};

const section = z.strictObject(calibrationShape);
type CalibrationSection = z.infer<typeof section>;

/** Defaults of the training are the paper's (LoRA and head) and those of the authors' published instruction tuning. */
export const calibrationSchema = section
  .superRefine(checkTraining)
  .superRefine((given, context) => {
    checkSources(given, (path, message) => context.addIssue({ code: "custom", path, message }));
  })
  .describe("Stage 4: tuning of the propagated model.");

export type CalibrationOptions = z.infer<typeof calibrationSchema>;
/** What one tuning needs; the controls are tunings of their own. */
export type TuningOptions = Omit<CalibrationOptions, "controls">;
export type CopyTaskOptions = z.infer<typeof copyTask>;
export type ConversationFilterOptions = z.infer<typeof filters>;
