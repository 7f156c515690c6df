/** A model on a device, ready to be trained or measured: what an engine is to the training loop. */
import type { Checkpoint } from "../model/checkpoint.js";
import type { ComputeOptions, TrainingOptions } from "./engine.js";
import type { ParameterLayout } from "./parameter-layout.js";
import type { Block } from "./training-set.js";

/** The flat float32 arrays of the trained numbers, all in the layout's order. */
export type FlatArray = "values" | "gradients" | "first_moments" | "second_moments";

export interface TrainingSession {
  /** For example `CPU` or `CUDA0`. */
  readonly device: string;
  readonly layout: ParameterLayout;
  /** Gradients of all blocks of a step, in micro-batches, and its loss: Σ w·nll / Σ w, nats. `step` from 1, for dropout. */
  computeGradients(blocks: readonly Block[], step: number): Promise<{ loss: number; tokens: number }>;
  /** Global L2 norm of the gradients. */
  gradientNorm(): Promise<number>;
  /** One AdamW update with clipping; `update` is its number, from 1, for the bias correction, `norm` as `gradientNorm` gave it. */
  update(update: number, learningRate: number, norm: number): Promise<void>;
  /** Σ weight · nll of each block under the weights as they are now, nats. All blocks of all calls have one length. */
  evaluate(blocks: readonly Block[]): Promise<number[]>;
  /** Fills `into` with numbers of a flat array from `offset` (in numbers) on. */
  read(array: FlatArray, offset: number, into: Float32Array): void;
  write(array: FlatArray, offset: number, from: Float32Array): void;
  /** Products and sums a second of a large matrix product in the session's precision, as measured now. */
  peakFlops?(): Promise<number>;
  /** Frees what the session holds. */
  close(): void;
}

export interface SessionJob {
  checkpoint: Checkpoint;
  /** Empty where nothing is trained. The trained numbers start as initial-values.ts says. */
  layout: ParameterLayout;
  options: SessionOptions;
  compute: ComputeOptions;
  /** Positions in a block of the training, or of the evaluation where nothing is trained. */
  blockLength: number;
  /** Of the blocks that are measured during a training; left out where none are. */
  evaluationLength?: number | undefined;
  sizes?: PieceSizes | undefined;
}

/** How much is computed at once; tests make it little. Engines have defaults, or do not cut at all. */
export interface PieceSizes {
  /** Numbers in the logits of a piece of the tokens. */
  maximumLogits?: number;
  /** Numbers in the attention scores of some heads. */
  maximumScores?: number;
}

export type SessionOptions = Pick<
  TrainingOptions,
  | "lora"
  | "blocks_per_step"
  | "micro_batch"
  | "beta1"
  | "beta2"
  | "epsilon"
  | "weight_decay"
  | "clip_norm"
  | "precision"
  | "activation_checkpointing"
  | "seed"
>;

/** Throws `EngineError`, and `CheckpointError` where the weights cannot be read. */
export type OpenSession = (job: SessionJob) => Promise<TrainingSession>;
