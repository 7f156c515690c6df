/** One optimiser step: gradients, a look at the loss, the update; and what is said where the loss is not as it should be. */
import path from "node:path";
import { EngineError } from "../errors.js";
import type { StepRecord, TrainingOptions } from "./engine.js";
import { levelBelowSpike, spikeWindow } from "./loss-spikes.js";
import { learningRate } from "./schedule.js";
import type { TrainingSession } from "./session.js";
import type { DrawnBlock } from "./training-data.js";
import type { StepRecords } from "./training-state.js";

export interface StepInputs {
  /** The steps before. */
  records: StepRecords;
  /** Updates before: fewer than steps where some were left out. */
  updates: number;
  blocks: DrawnBlock[];
  /** Step of the newest checkpoint, for messages. */
  newest: number | null;
}

/** Throws `EngineError` `engine.not_finite` where loss or gradient are not finite; the weights are as before then. */
export async function takeStep(
  session: TrainingSession,
  options: TrainingOptions,
  { records, updates, blocks, newest }: StepInputs,
): Promise<StepRecord> {
  const step = records.length + 1;
  const { loss, tokens } = await session.computeGradients(
    blocks.map((block) => block.read()),
    step,
  );
  const norm = await session.gradientNorm();
  if (!Number.isFinite(loss) || !Number.isFinite(norm)) throw notFinite({ step, loss, norm }, blocks, newest);
  const rate = learningRate(step, options);
  const record: StepRecord = { step, loss, learning_rate: rate, gradient_norm: norm, tokens };
  const before = records.slice(-spikeWindow).map((earlier) => earlier.loss);
  const level = levelBelowSpike(before, loss);
  const skipped = level !== null && options.on_spike === "skip";
  // Names without folders, so that the log does not depend on where the work is done.
  if (level !== null) record.spike = { level, skipped, blocks: blocks.map(({ place }) => path.basename(place)) };
  if (!skipped) await session.update(updates + 1, rate, norm);
  return record;
}

function notFinite(
  { step, loss, norm }: { step: number; loss: number; norm: number },
  blocks: DrawnBlock[],
  newest: number | null,
): EngineError {
  const places = blocks.map(({ place }) => place).join("; ");
  const advice = "Lower the learning rate, clip the gradient (clip_norm: 1) or use f32 precision.";
  const next =
    newest === null
      ? "There is no checkpoint: training begins anew."
      : `The same command continues from the checkpoint after step ${newest}; changed options begin anew.`;
  return new EngineError(
    "engine.not_finite",
    `step ${step}: the loss is ${loss} and the gradient norm ${norm} (${places})`,
    { hint: `${advice} ${next}` },
  );
}

const namedBlocks = 8;

/** A sentence on a step with a spike. */
export function describeSpike({ step, loss, spike }: StepRecord): string {
  const { level, skipped, blocks } = spike!;
  const further = blocks.length - namedBlocks;
  const places =
    blocks.slice(0, namedBlocks).join("; ") + (further > 0 ? `; and ${further} more, see training.jsonl` : "");
  const outcome = skipped ? "; its update is left out" : "";
  return `step ${step}: a loss of ${loss.toFixed(3)} where those before are about ${level.toFixed(3)} (${places})${outcome}`;
}

/** One sentence on all of them, none where there are none. */
export function describeSpikes(records: StepRecords): string[] {
  const steps = records.filter(({ spike }) => spike !== undefined).map(({ step }) => step);
  if (steps.length === 0) return [];
  const skipped = records.some(({ spike }) => spike?.skipped) ? ", their updates left out" : "";
  const named = steps.slice(0, namedBlocks).join(", ") + (steps.length > namedBlocks ? ", …" : "");
  return [`steps with a loss far above those before${skipped}: ${steps.length} (${named}); training.jsonl has them`];
}
