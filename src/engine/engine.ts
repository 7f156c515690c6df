/**
 * The training engine as the stages see it. One engine is registered today, `ggml`
 * (src/engine/ggml); it works in a child process, so that a failed assertion becomes an
 * `EngineError` and never ends the program.
 */
export type Trainable = "embeddings" | "full";
export type Precision = "f32" | "bf16";
export type Device = "auto" | "cpu" | "cuda" | "vulkan" | "metal";

/** Where and how to compute; no influence on what is computed beyond rounding. */
export interface ComputeOptions {
  device: Device;
  threads: number;
}

export interface TrainingOptions {
  /** `embeddings`: input embedding and LM head, blocks frozen. `full`: every weight. */
  trainable: Trainable;
  /** Optimiser steps. */
  steps: number;
  /** Blocks in one optimiser step. */
  blocks_per_step: number;
  /** Blocks in one forward and backward pass; the rest of the step is accumulated. */
  micro_batch: number;
  learning_rate: number;
  /** The cosine ends at this share of `learning_rate`. */
  final_learning_rate_share: number;
  warmup_steps: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Decoupled (AdamW); never applied to frozen or padding rows, nor to norm weights. */
  weight_decay: number;
  /** Global gradient norm to clip at; 0 turns clipping off. */
  clip_norm: number;
  /** `bf16`: frozen weights and the head's products in bf16, masters and moments in f32. */
  precision: Precision;
  /** Seed of the order of the blocks. */
  seed: number;
  /** A checkpoint every so many steps; 0 for none. */
  checkpoint_every: number;
}

/** Rows `first` to `end` − 1. Several ranges are ascending and apart. */
export interface RowRange {
  first: number;
  end: number;
}

export interface TrainingJob {
  /** Model folder to start from. */
  model: string;
  /** Training-set file (see training-set.ts). */
  data: string;
  /** Rows of embedding and head that may be trained; all others (padding, for instance) stay bit-identical. */
  rows: readonly RowRange[];
  options: TrainingOptions;
  compute: ComputeOptions;
  /** Folder for checkpoints; training continues from the newest whole one that fits this job. */
  checkpoints: string;
  /** Where the trained model is written: a complete model folder's weights and config (no tokenizer files). */
  output: string;
}

export interface StepReport {
  /** From 1. */
  step: number;
  steps: number;
  /** Mean negative log-likelihood per weighted token, nats. */
  loss: number;
  learning_rate: number;
  gradient_norm: number;
  /** Positions with a loss weight in this step. */
  tokens: number;
  /** Wall time of the step, seconds. */
  seconds: number;
}

export interface TrainingResult {
  steps: number;
  /** Tokens with a loss weight over the whole training, resumed parts included. */
  tokens: number;
  /** Loss of every step, nats. */
  losses: number[];
  /** Peak resident memory of the child, MB. */
  peak_mb: number;
}

export interface EvaluationJob {
  model: string;
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

export interface Engine {
  /** Throws `EngineError` (assertion, out of memory, NaN) or `CheckpointError` (the model does not fit the job). */
  train(job: TrainingJob, onStep?: (report: StepReport) => void, signal?: AbortSignal): Promise<TrainingResult>;
  evaluate(
    job: EvaluationJob,
    onBlock?: (done: number, of: number) => void,
    signal?: AbortSignal,
  ): Promise<EvaluationResult>;
}
