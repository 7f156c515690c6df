/** The keys of a training section in a recipe, for every stage that trains, and what the engine makes of them. */
import { z } from "zod";
import { type LoraOptions, type Table, type Trainable, type TrainingOptions, targetModules } from "./engine.js";
import { scheduleNames } from "./schedule.js";

export interface TrainingDefaults {
  trainable: Trainable;
  block_size: number;
  blocks_per_step: number;
  learning_rate: number;
  final_learning_rate_share: number;
  warmup_steps: number;
  weight_decay: number;
}

/** Defaults are those of the paper's second phase (arXiv 2412.21140). */
const lora = z.strictObject({
  rank: z.int().min(1).default(32).describe("Rank of the adapters."),
  alpha: z.number().positive().default(32).describe("An adapter's part is scaled by alpha / rank."),
  dropout: z.number().min(0).lt(1).default(0.05).describe("Share of an adapter's inputs that is dropped in training."),
  target_modules: z
    .array(z.enum(targetModules))
    .min(1)
    .default([...targetModules])
    .describe("Linear maps of a block that get adapters."),
  adapter: z.boolean().default(false).describe("Also write the adapters as a PEFT folder, adapter/ in the model's."),
});

/** The shape of a strict zod object; `checkTraining` goes onto the object. */
export function trainingShape(defaults: TrainingDefaults) {
  return {
    trainable: z
      .enum(["embeddings", "lora", "full"])
      .default(defaults.trainable)
      .describe("embeddings: the tables, blocks frozen; lora: adapters in the blocks, and the tables; full: all."),
    tables: z
      .array(z.enum(["input", "head"]))
      .optional()
      .describe(
        "Tables that are trained; left out: input embedding and LM head, with lora the head; empty: with lora only.",
      ),
    lora: lora.default(lora.parse({})).describe("Adapters, with trainable: lora."),
    block_size: z.int().min(8).default(defaults.block_size).describe("Tokens in a block."),
    blocks_per_step: z.int().min(1).default(defaults.blocks_per_step).describe("Blocks in one optimiser step."),
    micro_batch: z.int().min(1).default(1).describe("Blocks computed at once; the rest of a step is accumulated."),
    steps: z.int().min(1).optional().describe("Optimiser steps; instead of epochs."),
    epochs: z.number().positive().optional().describe("Times through the data; 1 where steps is not given either."),
    learning_rate: z.number().positive().default(defaults.learning_rate).describe("Highest learning rate."),
    schedule: z
      .enum(scheduleNames)
      .default("cosine")
      .describe("How the learning rate comes down after the warm-up; wsd: in the last decay_share of the steps only."),
    final_learning_rate_share: z
      .number()
      .min(0)
      .max(1)
      .default(defaults.final_learning_rate_share)
      .describe("Every schedule but constant ends at this share of learning_rate."),
    warmup_steps: z.int().min(0).default(defaults.warmup_steps).describe("Steps of linear warm-up."),
    decay_share: z.number().gt(0).max(1).default(0.1).describe("Share of the steps in which wsd comes down."),
    beta1: z.number().min(0).lt(1).default(0.9).describe("AdamW β1."),
    beta2: z.number().min(0).lt(1).default(0.95).describe("AdamW β2."),
    epsilon: z.number().positive().default(1e-5).describe("AdamW ε."),
    weight_decay: z.number().min(0).default(defaults.weight_decay).describe("Decoupled weight decay of trained rows."),
    clip_norm: z.number().min(0).default(1).describe("Gradient norm to clip at; 0: no clipping."),
    precision: z
      .enum(["f32", "bf16", "q8_0"])
      .default("bf16")
      .describe("Frozen weights and the head's products; q8_0: as bf16, frozen matrices of the blocks in 8 bits."),
    activation_checkpointing: z
      .boolean()
      .default(false)
      .describe("Compute blocks again in the backward pass: less memory, about a third more time, the same numbers."),
    checkpoint_every: z.int().min(0).default(100).describe("A checkpoint every so many steps; 0: none."),
    evaluate_every: z
      .int()
      .min(0)
      .default(0)
      .describe("Held-out loss every so many steps and after the last one; 0: never."),
    keep: z
      .enum(["last", "best"])
      .default("last")
      .describe("Training ends with the weights of the last step, or with those of the lowest held-out loss."),
    on_spike: z
      .enum(["report", "skip"])
      .default("report")
      .describe("A step whose loss is far above those before: reported, or reported and left out."),
  };
}

interface TrainingSection extends Omit<TrainingOptions, "steps" | "seed" | "tables" | "lora"> {
  tables?: Table[] | undefined;
  lora: LoraOptions;
  block_size: number;
  steps?: number | undefined;
  epochs?: number | undefined;
}

/** For `superRefine`: faults that no single key shows. */
export function checkTraining(section: TrainingSection, context: z.core.$RefinementCtx): void {
  const fault = (key: keyof TrainingSection, message: string): void =>
    context.addIssue({ code: "custom", path: [key], message });
  if (section.steps !== undefined && section.epochs !== undefined) fault("epochs", "give steps or epochs, not both");
  if (section.blocks_per_step % section.micro_batch !== 0) {
    fault("micro_batch", `blocks_per_step (${section.blocks_per_step}) is not a multiple of it`);
  }
  if (section.tables?.length === 0 && section.trainable !== "lora") {
    fault("tables", `may be empty only with trainable: lora, not with ${section.trainable}`);
  }
  if (new Set(section.tables).size !== (section.tables?.length ?? 0)) fault("tables", "names a table twice");
  if (section.trainable !== "lora" && JSON.stringify(section.lora) !== JSON.stringify(lora.parse({}))) {
    fault("lora", `has a meaning only with trainable: lora, not with ${section.trainable}`);
  }
  if (section.keep === "best" && section.evaluate_every === 0) {
    fault("keep", "best needs evaluate_every above 0: the held-out loss says which weights are best");
  }
}

/** The engine's options for a training set of `blocks` blocks. */
export function trainingOptions(section: TrainingSection, blocks: number, seed: number): TrainingOptions {
  const steps = section.steps ?? Math.max(1, Math.ceil(((section.epochs ?? 1) * blocks) / section.blocks_per_step));
  return {
    trainable: section.trainable,
    tables: section.tables ?? (section.trainable === "lora" ? ["head"] : ["input", "head"]),
    lora: section.lora,
    steps,
    blocks_per_step: section.blocks_per_step,
    micro_batch: section.micro_batch,
    learning_rate: section.learning_rate,
    schedule: section.schedule,
    final_learning_rate_share: section.final_learning_rate_share,
    warmup_steps: Math.min(section.warmup_steps, steps),
    decay_share: section.decay_share,
    beta1: section.beta1,
    beta2: section.beta2,
    epsilon: section.epsilon,
    weight_decay: section.weight_decay,
    clip_norm: section.clip_norm,
    precision: section.precision,
    activation_checkpointing: section.activation_checkpointing,
    seed,
    checkpoint_every: section.checkpoint_every,
    evaluate_every: section.evaluate_every,
    keep: section.keep,
    on_spike: section.on_spike,
  };
}

/** What of a section a model card shows: neither what has no meaning for the training, nor how often it kept checkpoints. */
export function shownTraining<S extends Pick<TrainingSection, "trainable" | "lora" | "checkpoint_every">>(section: S) {
  const { lora: adapters, checkpoint_every: _, ...rest } = section;
  return section.trainable === "lora" ? { ...rest, lora: adapters } : rest;
}
