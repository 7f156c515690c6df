/** The keys of a training section in a recipe, for every stage that trains, and what the engine makes of them. */
import { z } from "zod";
import type { Trainable, TrainingOptions } from "./engine.js";

export interface TrainingDefaults {
  trainable: Trainable;
  block_size: number;
  blocks_per_step: number;
  learning_rate: number;
  final_learning_rate_share: number;
  warmup_steps: number;
  weight_decay: number;
}

/** The shape of a strict zod object; `checkLength` goes onto the object. */
export function trainingShape(defaults: TrainingDefaults) {
  return {
    trainable: z
      .enum(["embeddings", "full"])
      .default(defaults.trainable)
      .describe("embeddings: input embedding and LM head, blocks frozen; full: every weight."),
    block_size: z.int().min(8).default(defaults.block_size).describe("Tokens in a block."),
    blocks_per_step: z.int().min(1).default(defaults.blocks_per_step).describe("Blocks in one optimiser step."),
    micro_batch: z.int().min(1).default(1).describe("Blocks computed at once; the rest of a step is accumulated."),
    steps: z.int().min(1).optional().describe("Optimiser steps; instead of epochs."),
    epochs: z.number().positive().optional().describe("Times through the data; 1 where steps is not given either."),
    learning_rate: z.number().positive().default(defaults.learning_rate).describe("Highest learning rate."),
    final_learning_rate_share: z
      .number()
      .min(0)
      .max(1)
      .default(defaults.final_learning_rate_share)
      .describe("The cosine schedule ends at this share of learning_rate."),
    warmup_steps: z.int().min(0).default(defaults.warmup_steps).describe("Steps of linear warm-up."),
    beta1: z.number().min(0).lt(1).default(0.9).describe("AdamW β1."),
    beta2: z.number().min(0).lt(1).default(0.95).describe("AdamW β2."),
    epsilon: z.number().positive().default(1e-5).describe("AdamW ε."),
    weight_decay: z.number().min(0).default(defaults.weight_decay).describe("Decoupled weight decay of trained rows."),
    clip_norm: z.number().min(0).default(1).describe("Gradient norm to clip at; 0: no clipping."),
    precision: z.enum(["f32", "bf16"]).default("bf16").describe("Frozen weights and the head's products."),
    checkpoint_every: z.int().min(0).default(100).describe("A checkpoint every so many steps; 0: none."),
  };
}

interface TrainingSection extends Omit<TrainingOptions, "steps" | "seed"> {
  block_size: number;
  steps?: number | undefined;
  epochs?: number | undefined;
}

/** For `superRefine`: faults that no single key shows. */
export function checkTraining(section: TrainingSection, context: z.core.$RefinementCtx): void {
  if (section.steps !== undefined && section.epochs !== undefined) {
    context.addIssue({ code: "custom", path: ["epochs"], message: "give steps or epochs, not both" });
  }
  if (section.blocks_per_step % section.micro_batch !== 0) {
    const message = `blocks_per_step (${section.blocks_per_step}) is not a multiple of it`;
    context.addIssue({ code: "custom", path: ["micro_batch"], message });
  }
}

/** The engine's options for a training set of `blocks` blocks. */
export function trainingOptions(section: TrainingSection, blocks: number, seed: number): TrainingOptions {
  const steps = section.steps ?? Math.max(1, Math.ceil(((section.epochs ?? 1) * blocks) / section.blocks_per_step));
  return {
    trainable: section.trainable,
    steps,
    blocks_per_step: section.blocks_per_step,
    micro_batch: section.micro_batch,
    learning_rate: section.learning_rate,
    final_learning_rate_share: section.final_learning_rate_share,
    warmup_steps: Math.min(section.warmup_steps, steps),
    beta1: section.beta1,
    beta2: section.beta2,
    epsilon: section.epsilon,
    weight_decay: section.weight_decay,
    clip_norm: section.clip_norm,
    precision: section.precision,
    seed,
    checkpoint_every: section.checkpoint_every,
  };
}
