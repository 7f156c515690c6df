import type { ComputeOptions } from "../../engine/engine.js";
import type { Progress } from "../../progress.js";
import type { ChatMessage } from "../../tokenizer/tokenizer.js";
import type { Rejection } from "../filters.js";
import type { TuningOptions } from "../options.js";
import { selfAnswers } from "./self.js";

export interface SourceJob {
  /** Folder of the original instruct model, with its own tokenizer and chat template. */
  teacher: string;
  options: TuningOptions;
  compute: ComputeOptions;
  /** Where a killed job finds its answers again. */
  work: string;
}

export interface SourceResult {
  /** Each ends with the assistant's answer. */
  conversations: ChatMessage[][];
  rejected: Partial<Record<Rejection, number>>;
  /** JSONL file of all answers, with the reason of every rejection. */
  answers: string;
}

/** Makes the conversations that the propagated model learns from. The same job gives the same file. */
export type CalibrationSource = (job: SourceJob, progress?: Progress, signal?: AbortSignal) => Promise<SourceResult>;

export const calibrationSources = {
  self: selfAnswers,
} as const satisfies Record<string, CalibrationSource>;

export type CalibrationSourceName = keyof typeof calibrationSources;
export const calibrationSourceNames = Object.keys(calibrationSources) as [
  CalibrationSourceName,
  ...CalibrationSourceName[],
];
