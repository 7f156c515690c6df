/**
 * The training engine as the stages see it. Engines are registered in registry.ts: `ggml`, which
 * computes on every device, and `tfjs`. Both work in a child process, so that a failed assertion becomes
 * an `EngineError` and never ends the program.
 */
import type { TargetModule } from "../model/tensor-names.js";
import type { EngineName } from "./registry.js";

export type Trainable = "embeddings" | "lora" | "full";
/** `q8_0`: as `bf16`, with the frozen matrices of the blocks in 8 bits. */
export type Precision = "f32" | "bf16" | "q8_0";
export const deviceNames = ["auto", "cpu", "cuda", "vulkan", "metal"] as const;
export type Device = (typeof deviceNames)[number];
export type ScheduleName = "cosine" | "linear" | "wsd" | "constant";
/** Input embedding and LM head; one table where they are tied. */
export type Table = "input" | "head";

export { type TargetModule, targetModules } from "../model/tensor-names.js";

/** Where and how to compute; no influence on what is computed beyond rounding. */
export interface ComputeOptions {
  /** What trains and measures losses; `ggml` where it is left out. */
  engine?: EngineName;
  device: Device;
  threads: number;
}

/** Low-rank adapters (Hu et al. 2022): y = W x + alpha / rank · B A dropout(x). */
export interface LoraOptions {
  rank: number;
  alpha: number;
  /** Share of an adapter's inputs that is dropped in training. */
  dropout: number;
  target_modules: readonly TargetModule[];
  /** Also write the adapter as a PEFT folder, `adapter/` in the trained model's. */
  adapter: boolean;
}

export interface TrainingOptions {
  /** `embeddings`: the tables, blocks frozen. `lora`: adapters in the blocks, and the tables. `full`: every weight. */
  trainable: Trainable;
  /** Which of the tables are trained; not looked at with `full`. May be empty with `lora`. */
  tables: readonly Table[];
  lora: LoraOptions;
  /** Optimiser steps. */
  steps: number;
  /** Blocks in one optimiser step. */
  blocks_per_step: number;
  /** Blocks in one forward and backward pass; the rest of the step is accumulated. */
  micro_batch: number;
  learning_rate: number;
  schedule: ScheduleName;
  /** The schedule ends at this share of `learning_rate`. */
  final_learning_rate_share: number;
  warmup_steps: number;
  /** Share of the steps in which `wsd` comes down. */
  decay_share: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Decoupled (AdamW); never applied to frozen or padding rows, nor to norm weights and biases. */
  weight_decay: number;
  /** Global gradient norm to clip at; 0 turns clipping off. */
  clip_norm: number;
  /** `bf16`: frozen weights and the head's products in bf16, masters and moments in f32. */
  precision: Precision;
  /** Blocks are computed a second time in the backward pass instead of kept: less memory, a third more time, the same numbers. */
  activation_checkpointing: boolean;
  /** Seed of the order of the blocks, of adapters and of dropout. */
  seed: number;
  /** A checkpoint every so many steps; 0 for none. */
  checkpoint_every: number;
  /** The validation data is measured every so many steps; 0 for never. */
  evaluate_every: number;
  /** Which weights training ends with: those of the last step, or those with the lowest validation loss. */
  keep: "last" | "best";
  /** What becomes of a step whose loss is far above those before: reported, or reported and left out. */
  on_spike: "report" | "skip";
}

/** Rows `first` to `end` − 1. Several ranges are ascending and apart. */
export interface RowRange {
  first: number;
  end: number;
}

/**
 * Training sets (see training-set.ts) and how large a part of all blocks is drawn from each. A set whose part is larger
 * than it is comes again, each time in another order.
 */
export interface TrainingData {
  sets: readonly { file: string; weight: number }[];
}

/** Held-out text, see validation-windows.ts, or held-out conversations. */
export interface ValidationData {
  /** Training-set file. */
  file: string;
  /** Code points of all its text; null where bits per character say nothing, as of conversations. */
  characters: number | null;
}

export interface TrainingJob {
  /** Model folder to start from. */
  model: string;
  data: TrainingData;
  validation?: ValidationData | undefined;
  /** Rows of embedding and head that may be trained; all others (padding, for instance) stay bit-identical. */
  rows: readonly RowRange[];
  options: TrainingOptions;
  compute: ComputeOptions;
  /** Folder for checkpoints; training continues from the newest whole one that fits this job. */
  checkpoints: string;
  /** `training.jsonl` to write, see training-log.ts. */
  log?: string | undefined;
  /** Where the trained model is written: a complete model folder's weights and config (no tokenizer files). */
  output: string;
  /** Largest weights file, bytes; that of `writeCheckpoint` where left out. */
  shard_bytes?: number | undefined;
}

/** What the held-out data says of the weights after a step. */
export interface Validation {
  /** Mean negative log-likelihood per weighted token, nats. */
  loss: number;
  bits_per_character: number | null;
}

/** A loss far above those before, see loss-spikes.ts. */
export interface Spike {
  /** Running level of the loss, nats. */
  level: number;
  /** The update was left out. */
  skipped: boolean;
  /** The step's blocks: name of the set's file, and number. */
  blocks: string[];
}

/** What is known of a step for good: a line of `training.jsonl`, the same whenever and wherever it is taken. */
export interface StepRecord {
  /** From 1. */
  step: number;
  /** Mean negative log-likelihood per weighted token, nats. */
  loss: number;
  learning_rate: number;
  /** Before clipping. */
  gradient_norm: number;
  /** Positions with a loss weight in this step. */
  tokens: number;
  spike?: Spike;
  validation?: Validation;
}

export interface StepReport extends StepRecord {
  /** Of the whole training. */
  steps: number;
  /** Wall time of the step without its validation, seconds; 0 where an earlier process took it. */
  seconds: number;
  /** Positions with a loss weight a second; null where an earlier process took the step. */
  tokens_per_second: number | null;
  /** Floating-point operations a second (see training-flops.ts) of what the device reaches at best; null where unknown. */
  share_of_peak: number | null;
}

export interface TrainingResult {
  steps: number;
  /** Tokens with a loss weight over the whole training, resumed parts included. */
  tokens: number;
  /** Loss of every step, nats. */
  losses: number[];
  /** The step after which the weights were as they are written. */
  kept_step: number;
  /** Of these weights; null where nothing was measured. */
  validation: Validation | null;
  /** What the user should know: checkpoints that were not used, steps with a loss spike. */
  warnings: string[];
  /** Peak resident memory of the child, MB. */
  peak_mb: number;
}

export interface EvaluationJob {
  model: string;
  /** Training-set file. */
  data: string;
  precision: Precision;
  compute: ComputeOptions;
  /** Blocks in one forward pass. */
  micro_batch: number;
}

export interface EvaluationResult {
  /** Σ weight · nll of each block, nats. */
  block_losses: number[];
  /** Σ weight of each block. */
  block_weights: number[];
}

/** What an engine finds on a device. */
export interface DeviceReport {
  /** For example `CUDA0`, and what it is. */
  name: string;
  description: string;
  free_bytes: number;
  /** Operations of a training step that the device lacks; empty where it can train. */
  unsupported: string[];
  /** Measured, of a large product in bf16; null where it cannot compute one. */
  flops: number | null;
}

/** How fast a device is with a model's own shapes. */
export interface DeviceSpeed {
  name: string;
  description: string;
  free_bytes: number;
  /** Floating-point operations a second in a product of the width of the model's blocks; null where it cannot be measured. */
  flops: number | null;
  /** Bytes a second from memory; measured on a CPU only. */
  bandwidth: number | null;
}

export interface SpeedJob {
  /** config.json as read. */
  config: Record<string, unknown>;
  precision: Precision;
  /** Positions that are computed at once. */
  tokens: number;
  compute: ComputeOptions;
}

/** A training or, with options of null, a measurement, described without its weights. */
export interface MemoryJob {
  /** config.json as read, with the rows of the new vocabulary. */
  config: Record<string, unknown>;
  rows: readonly RowRange[];
  options: TrainingOptions | null;
  blockLength: number;
  evaluationLength?: number | undefined;
  compute: ComputeOptions;
  /** Bytes of a GPU that is not in this machine; that of `compute` where left out. */
  gpu_bytes?: number | undefined;
}

export interface MemoryNeed {
  bytes: number;
  /** By what it is for. */
  uses: Record<string, number>;
  /** Bytes that may be taken. */
  free_bytes: number;
  fits: boolean;
  /** Changes of the options that would make it fit, where it does not. */
  remedies: string[];
}

export interface Engine {
  /** Throws `EngineError` (assertion, out of memory, NaN) or `CheckpointError` (the model does not fit the job). */
  train(
    job: TrainingJob,
    onStep?: (report: StepReport) => void,
    signal?: AbortSignal,
    /** Gets what the user should know, as it happens. */
    onWarning?: (text: string) => void,
  ): Promise<TrainingResult>;
  evaluate(
    job: EvaluationJob,
    onBlock?: (done: number, of: number) => void,
    signal?: AbortSignal,
  ): Promise<EvaluationResult>;
  /** Throws `EngineError` saying why there is no such device. */
  examine(device: Device): Promise<DeviceReport>;
}

/** What an engine says before a run. */
export interface EnginePlanning {
  /** A product or two, under a second. Throws `EngineError` as `examine`. */
  measureSpeed(job: SpeedJob): Promise<DeviceSpeed>;
  /** Nothing is allocated. Null where the engine does not know before it runs. Throws `EngineError` as `examine`. */
  estimateMemory(job: MemoryJob): Promise<MemoryNeed | null>;
}
