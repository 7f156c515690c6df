import type { PlacedMessages } from "../../corpus/chat-messages.js";
import type { ComputeOptions } from "../../engine/engine.js";
import type { Progress } from "../../progress.js";
import type { ChatMessage } from "../../tokenizer/tokenizer.js";
import type { Stopped } from "../filters/conversation-filter.js";
import type { TuningOptions } from "../options.js";
import { instructions } from "./instructions.js";
import { self } from "./self.js";

export interface SourceJob {
  /** Globs or paths of the source's files. */
  files: readonly string[];
  /** Folder of the original instruct model, with its own tokenizer and chat template; there where the source asks it. */
  teacher: string | undefined;
  options: TuningOptions;
  compute: ComputeOptions;
  /** Where a killed job finds its answers again. */
  work: string;
  /** For what all sources that ask the teacher can share. */
  shared: string;
}

/** A conversation as the source has it, not yet judged. */
export interface Candidate {
  /** Ends with the assistant's answer; "" where there is none. */
  messages: ChatMessage[];
  stopped: Stopped;
}

/** Makes the conversations that the propagated model learns from. */
export interface CalibrationSource {
  /** The key of a recipe that names its files. */
  files: "prompts" | "instructions";
  /** What is read where a recipe names none, below the folder of the package. */
  shipped?: string;
  /** Whether it needs the original instruct model. */
  asksTeacher: boolean;
  /** What is in its files. Throws `CorpusError` naming file and place. */
  read(files: readonly string[]): AsyncIterable<PlacedMessages>;
  /** In the order of the files. The same job gives the same conversations. */
  conversations(job: SourceJob, progress?: Progress, signal?: AbortSignal): AsyncIterable<Candidate>;
}

export const calibrationSources = {
  self,
  instructions,
} as const satisfies Record<string, CalibrationSource>;

export type CalibrationSourceName = keyof typeof calibrationSources;
export const calibrationSourceNames = Object.keys(calibrationSources) as [
  CalibrationSourceName,
  ...CalibrationSourceName[],
];
