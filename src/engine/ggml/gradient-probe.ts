/** Loss and gradients of one step without an update: how tests look inside. */
import { openCheckpoint } from "../../model/checkpoint.js";
import type { ComputeOptions, Precision, Trainable } from "../engine.js";
import { openBackend } from "./backend.js";
import { openBlocks } from "./block-reader.js";
import { download } from "./memory.js";
import { openTrainingSession } from "./training-session.js";

export interface GradientJob {
  model: string;
  data: string;
  trainable: Trainable;
  precision: Precision;
  micro_batch: number;
  compute: ComputeOptions;
  /** See head-graph.ts. */
  maximum_logits?: number;
}

export interface Gradients {
  loss: number;
  norm: number;
  /** In the shape and order of the checkpoint's tensor. */
  gradients: Record<string, Float32Array>;
}

/** All blocks of the set form the step. */
export async function probeGradients(job: GradientJob): Promise<Gradients> {
  const checkpoint = openCheckpoint(job.model);
  const rows = checkpoint.config.vocab_size;
  const set = openBlocks(job.data, rows);
  const backend = openBackend(job.compute.device, job.compute.threads);
  const session = await openTrainingSession(backend, checkpoint, {
    rows: [{ first: 0, end: rows }],
    blockLength: set.blockLength,
    maximumLogits: job.maximum_logits,
    options: { ...neutral, ...job, blocks_per_step: set.blocks },
  });
  const { loss } = await session.computeGradients(Array.from({ length: set.blocks }, (_, i) => set.read(i)));
  const norm = await session.gradientNorm();
  const { parameters } = session;
  const gradients: Record<string, Float32Array> = {};
  for (const name of parameters.names) {
    const size = parameters.shape(name).reduce((product, n) => product * n, 1);
    gradients[name] = download(backend, parameters.gradients, new Float32Array(size), 4 * parameters.offset(name));
  }
  set.close();
  checkpoint.close();
  return { loss, norm, gradients };
}

const neutral = {
  ...{ learning_rate: 0, final_learning_rate_share: 1, warmup_steps: 0, clip_norm: 0 },
  ...{ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0 },
};
