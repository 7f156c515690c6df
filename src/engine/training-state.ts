/** Where a training stands: what a checkpoint keeps beside the numbers, and what follows from it. */
import type { StepRecord, TrainingOptions } from "./engine.js";

/** The steps done, in their order. Everything else about a training's past follows from them. */
export type StepRecords = readonly StepRecord[];

/** The step with the lowest validation loss, the earlier one of equals; null where none was measured. */
export function bestStep(records: StepRecords): number | null {
  let best: StepRecord | null = null;
  for (const record of records) {
    if (record.validation === undefined) continue;
    if (best === null || record.validation.loss < best.validation!.loss) best = record;
  }
  return best?.step ?? null;
}

/** Updates of the weights so far: AdamW's own count, in which steps that were left out do not stand. */
export function updatesIn(records: StepRecords): number {
  return records.reduce((count, { spike }) => count + (spike?.skipped ? 0 : 1), 0);
}

/** Whether the last step waits for its validation: it was just taken, or training was interrupted there. */
export function validationIsDue(
  records: StepRecords,
  { evaluate_every, steps }: Pick<TrainingOptions, "evaluate_every" | "steps">,
): boolean {
  const last = records.at(-1);
  if (last === undefined || last.validation !== undefined || evaluate_every === 0) return false;
  return last.step % evaluate_every === 0 || last.step === steps;
}
