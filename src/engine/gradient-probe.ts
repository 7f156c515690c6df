/** Loss and gradients of one step without an update: how tests look inside. */
import { openCheckpoint } from "../model/checkpoint.js";
import type { ComputeOptions, RowRange, TrainingOptions } from "./engine.js";
import { neutralOptions } from "./neutral-options.js";
import { numbersIn, parameterLayout } from "./parameter-layout.js";
import type { OpenSession, PieceSizes } from "./session.js";
import { openBlocks } from "./training-data.js";

export interface GradientJob {
  model: string;
  /** Training-set file; all blocks of it form the step. */
  data: string;
  /** All where left out. */
  rows?: RowRange[];
  options: Partial<TrainingOptions>;
  compute: ComputeOptions;
  sizes?: PieceSizes;
}

export interface Gradients {
  loss: number;
  norm: number;
  /** By parameter, in its shape. */
  gradients: Record<string, Float32Array>;
}

export async function probeGradients(job: GradientJob, openSession: OpenSession): Promise<Gradients> {
  const checkpoint = openCheckpoint(job.model);
  const { config } = checkpoint;
  const set = openBlocks(job.data, config.vocab_size);
  const options = { ...neutralOptions, blocks_per_step: set.blocks, ...job.options };
  const layout = parameterLayout(config, options, job.rows ?? [{ first: 0, end: config.vocab_size }]);
  const { compute, sizes } = job;
  const session = await openSession({ checkpoint, layout, options, compute, sizes, blockLength: set.blockLength });
  const blocks = Array.from({ length: set.blocks }, (_, i) => set.read(i));
  const { loss } = await session.computeGradients(blocks, 1);
  const norm = await session.gradientNorm();
  const gradients: Record<string, Float32Array> = {};
  for (const { name, shape, offset } of layout.parameters) {
    gradients[name] = new Float32Array(numbersIn(shape));
    session.read("gradients", offset, gradients[name]);
  }
  session.close();
  set.close();
  checkpoint.close();
  return { loss, norm, gradients };
}
