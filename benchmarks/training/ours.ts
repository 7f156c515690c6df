/** Our side: the engine as the stages use it, whose child process does the steps and tells their times. */
import { rmSync } from "node:fs";
import { type ProcessOptions, runJob } from "../../src/engine/child-job.js";
import type { StepReport, TrainingJob, TrainingOptions } from "../../src/engine/engine.js";
import { ggmlWorker } from "../../src/engine/ggml/engine.js";
import { neutralOptions } from "../../src/engine/neutral-options.js";
import type { Run } from "./alternate.js";
import { adamw, type TrainingShape } from "./shapes.js";
import type { Workplace } from "./workplace.js";

export interface OurTraining {
  shape: TrainingShape;
  options?: Partial<TrainingOptions>;
  /** Timed after one to warm up. */
  steps: number;
  /** Random tokens, one step's, where left out. */
  data?: string;
  /** The engine's child process; a benchmark's own to look inside. */
  worker?: URL;
  onStep?: (report: StepReport) => void;
  onChild?: ProcessOptions["onChild"];
}

/** `ggml`'s options for a shape: no schedule, no clipping, no checkpoints; a step's blocks at once. */
export function optionsOf(shape: TrainingShape, more: Partial<TrainingOptions> = {}): TrainingOptions {
  return {
    ...{ ...neutralOptions, ...adamw, seed: 1 },
    ...{ blocks_per_step: shape.blocks, micro_batch: shape.blocks },
    ...shape.options,
    ...more,
  };
}

export const rowsOf = ({ rows, config }: TrainingShape) => [rows ?? { first: 0, end: config.vocab_size }];

/** Steps from the start to the written model, which is thrown away. */
export async function trainOurs(work: Workplace, training: OurTraining): Promise<Run & { losses: number[] }> {
  const { shape, steps, worker = ggmlWorker, onStep, onChild } = training;
  const options = optionsOf(shape, { ...training.options, steps: steps + 1 });
  const seconds: number[] = [];
  const output = work.place("trained");
  const job: TrainingJob = {
    model: work.model(shape),
    data: {
      sets: [{ file: training.data ?? work.tokens(shape.config, options.blocks_per_step, shape.length), weight: 1 }],
    },
    rows: rowsOf(shape),
    options,
    compute: { device: "cpu", threads: work.threads },
    checkpoints: work.place("checkpoints"),
    output,
  };
  const look = (report: StepReport): void => {
    seconds.push(report.seconds);
    onStep?.(report);
  };
  try {
    const result = await runJob(worker, "train", job, look, undefined, onChild === undefined ? {} : { onChild });
    work.peaks.set(peakKey(shape, training.options), result.peak_mb);
    return { seconds: seconds.slice(1), peak_mb: result.peak_mb, losses: result.losses };
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

/** What a run of ours takes depends on this and on nothing else. */
export const peakKey = (
  { model, blocks, length, rows, options }: TrainingShape,
  more: Partial<TrainingOptions> = {},
): string => JSON.stringify([model, blocks, length, rows, { ...options, ...more }]);
