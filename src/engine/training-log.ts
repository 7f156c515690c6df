/**
 * `training.jsonl`: one line an optimiser step. The steps stand in the checkpoints too, so wherever a
 * killed training continues, the log is made to end at just that step, and the finished file has the same
 * bytes as one of a run that was never killed. No times or rates for that reason.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { writeFileAtomic } from "../atomic-output.js";
import { writing } from "../write-fault.js";
import type { StepRecord } from "./engine.js";

export interface TrainingLog {
  add(record: StepRecord): void;
}

/** `file` then holds the steps of `records` and nothing else. Throws `LepError` where it cannot be written. */
export function openTrainingLog(file: string, records: readonly StepRecord[]): TrainingLog {
  const text = records.map(lineOf).join("");
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileAtomic(file, text);
  return { add: (record) => writing(file, () => appendFileSync(file, lineOf(record))) };
}

/** Steps of a finished or growing log; a last line that a kill cut is left out. No steps where there is no file. */
export function readTrainingLog(file: string): StepRecord[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as StepRecord);
}

/** The order of the keys is the file's. */
function lineOf({ step, loss, learning_rate, gradient_norm, tokens, spike, validation }: StepRecord): string {
  return `${JSON.stringify({ step, loss, learning_rate, gradient_norm, tokens, spike, validation })}\n`;
}
