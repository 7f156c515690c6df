/** A model on a ggml device, ready to be trained or measured: weights, inputs, passes and optimiser. */
import type { Checkpoint } from "../../model/checkpoint.js";
import { countWeights } from "../count-weights.js";
import type { FlatArray, SessionJob, TrainingSession } from "../session.js";
import type { Block } from "../training-set.js";
import { type Backend, openBackend } from "./backend.js";
import { fitMemory } from "./fit-memory.js";
import { createInputs } from "./inputs.js";
import { type Lanes, openLanes } from "./lanes.js";
import { createLossReader } from "./loss-reader.js";
import { download, upload } from "./memory.js";
import { createOptimiser, type Optimiser } from "./optimiser.js";
import { buildPass } from "./pass.js";
import { measurePeakFlops } from "./peak-flops.js";
import { loadWeights, type Weights } from "./weights.js";

export async function openGgmlSession(job: SessionJob): Promise<TrainingSession> {
  const backend = openBackend(job.compute.device, job.compute.threads, job.options.precision === "f32");
  // Before the weights: its operands need room too.
  const peak = job.layout.size > 0 ? await measurePeakFlops(backend, job.options.precision) : 0;
  const plan = { ...job, ...(await fitMemory(backend, job)) };
  const { weights, training, measurement } = await prepareSession(backend, plan);
  // What was read lies on the device now. Left to itself, the copy would count until training ends.
  globalThis.gc?.();
  const { layout } = job;
  const flat = (array: FlatArray) => weights.parameters!.arrays[array].tensor;
  return {
    device: backend.name,
    layout,
    computeGradients: (blocks, step) => training!.computeGradients(blocks, step),
    gradientNorm: () => training!.optimiser.gradientNorm(),
    update: (step, learningRate, norm) => training!.optimiser.update(step, learningRate, norm),
    evaluate: (blocks) => measurement!(blocks),
    read: (array, offset, into) => void download(backend, flat(array), into, 4 * offset),
    write: (array, offset, from) => upload(backend, flat(array), from, 4 * offset),
    peakFlops: async () => peak,
    close: () => {},
  };
}

export interface SessionPlan extends Omit<SessionJob, "checkpoint"> {
  /** A backend that only plans looks at nothing but the configuration. */
  checkpoint: Checkpoint | Pick<Checkpoint, "config">;
  keepTransposes: boolean;
}

/** Weights, and the graphs of training or of measuring, on a backend that computes or only plans. */
export async function prepareSession(backend: Backend, plan: SessionPlan) {
  const { checkpoint, layout, options, keepTransposes, blockLength } = plan;
  const { precision, seed } = options;
  const weights = await loadWeights(backend, checkpoint, layout, { precision, keepTransposes, seed });
  const trains = layout.size > 0;
  const measured = trains ? plan.evaluationLength : blockLength;
  return {
    weights,
    training: trains ? openTraining(backend, plan, weights, blockLength) : undefined,
    measurement: measured === undefined ? undefined : openMeasurement(backend, plan, weights, measured),
  };
}

interface Training {
  computeGradients: TrainingSession["computeGradients"];
  optimiser: Optimiser;
}

function openTraining(
  backend: Backend,
  { checkpoint: { config }, options, sizes }: Pick<SessionPlan, "checkpoint" | "options" | "sizes">,
  weights: Weights,
  blockLength: number,
): Training {
  const { precision, blocks_per_step, lora } = options;
  const microBatch = Math.max(1, Math.min(options.micro_batch, blocks_per_step));
  const lanes = openLanes(backend, config, weights, {
    ...sizes,
    ...{ microBatch, blockLength, precision },
    kind: microBatch >= blocks_per_step ? "set_gradients" : "add_gradients",
    activationCheckpointing: options.activation_checkpointing,
    adapterScale: lora.alpha / lora.rank,
    adapterDropout: { dropout: lora.dropout, seed: options.seed },
  });
  const optimiser = createOptimiser(backend, weights.parameters!, options);
  return { optimiser, computeGradients: (blocks, step) => accumulate(lanes, microBatch, blocks, step) };
}

async function accumulate(lanes: Lanes, microBatch: number, blocks: readonly Block[], step: number) {
  const { weightSum, tokens } = countWeights(blocks);
  lanes.clear();
  let loss = 0;
  for (let from = 0; from < blocks.length; from += microBatch) {
    lanes.draw(step, from / microBatch);
    for (const sum of await lanes.run(blocks.slice(from, from + microBatch), weightSum)) loss += sum;
  }
  await lanes.collect();
  return { loss: loss / weightSum, tokens };
}

function openMeasurement(
  backend: Backend,
  { checkpoint: { config }, options, sizes }: Pick<SessionPlan, "checkpoint" | "options" | "sizes">,
  weights: Weights,
  blockLength: number,
): (blocks: readonly Block[]) => Promise<number[]> {
  const { precision, micro_batch, lora } = options;
  const shape = { blocks: micro_batch, length: blockLength, width: config.hidden_size };
  const inputs = createInputs(backend, shape, weights.tables, config.sliding_windows);
  const pass = buildPass(backend, config, weights, inputs, {
    ...{ ...sizes, kind: "forward", precision, dropout: null },
    ...{ activationCheckpointing: false, adapterScale: lora.alpha / lora.rank },
  });
  const reader = createLossReader(backend, weights, inputs, precision !== "f32");
  return async (blocks) => {
    const losses: number[] = [];
    for (let from = 0; from < blocks.length; from += micro_batch) {
      const some = blocks.slice(from, from + micro_batch);
      inputs.fill(some, 1);
      await pass.compute();
      losses.push(...(await reader.read(some)));
    }
    return losses;
  };
}
