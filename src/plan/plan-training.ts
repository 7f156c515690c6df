/** Operations, memory, disk and time of one training, for every stage that trains. */
import type { RowRange, TrainingOptions } from "../engine/engine.js";
import { parameterLayout } from "../engine/parameter-layout.js";
import { trainingFlops } from "../engine/training-flops.js";
import type { ModelConfig } from "../model/config.js";
import type { Machine } from "./machine.js";
import type { Count, PlannedMemory, Work } from "./stage-plan.js";

export interface PlannedTraining {
  what: string;
  /** With the rows of the new vocabulary. */
  config: ModelConfig;
  rows: readonly RowRange[];
  /** Its `steps` count where `steps` is known. */
  options: TrainingOptions;
  steps: Count | null;
  blockLength: number;
  evaluationLength?: number | undefined;
}

export interface TrainingCost {
  work: Work;
  memory: PlannedMemory | null;
  /** Bytes of its checkpoints while it runs. */
  checkpoints: number;
  /** Of one optimiser step. */
  step: { flops: number; seconds: number | null };
}

/** Checkpoints that lie there at once: the two that are kept and the one that is being written. */
const checkpointsAtOnce = 3;

export async function planTraining(training: PlannedTraining, machine: Machine): Promise<TrainingCost> {
  const { what, config, rows, options, steps, blockLength, evaluationLength } = training;
  const layout = parameterLayout(config, options, rows);
  const { blocks_per_step, micro_batch, precision, checkpoint_every, keep } = options;
  const flops = trainingFlops(config, layout, options, { blocks: blocks_per_step, blockLength });
  const seconds = await machine.computing(flops, { config, precision, tokens: micro_batch * blockLength });
  const need = await machine.memory({ config: config.raw, rows, options, blockLength, evaluationLength });
  const bestBytes = keep === "best" ? 4 * layout.size * (checkpointsAtOnce - 1) : 0;
  const positions = blocks_per_step * blockLength;
  return {
    work: {
      what,
      tokens: steps && { value: steps.value * positions, certainty: steps.certainty },
      flops: steps && steps.value * flops,
      seconds: steps && seconds && steps.value * seconds,
    },
    memory: need && { what, ...need },
    // Values and AdamW's two moments, 4 bytes each.
    checkpoints: checkpoint_every > 0 ? checkpointsAtOnce * 12 * layout.size + bestBytes : 0,
    step: { flops, seconds },
  };
}

/** What a training whose length is not known takes a step. */
export function stepNote(what: string, { step: { flops, seconds } }: TrainingCost, positions: number): string {
  const rate = seconds === null ? 0 : positions / seconds;
  const speed =
    rate === 0 ? "" : `, ${rate < 10 ? rate.toPrecision(2) : Math.round(rate).toLocaleString("en")} positions a second`;
  return `${what}: each step of ${positions.toLocaleString("en")} positions takes ${flops.toExponential(1)} operations${speed}`;
}
