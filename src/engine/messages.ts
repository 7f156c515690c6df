/** What an engine and its child process say to one another. */
import type {
  Device,
  DeviceReport,
  DeviceSpeed,
  EvaluationJob,
  EvaluationResult,
  MemoryJob,
  MemoryNeed,
  SpeedJob,
  StepReport,
  TrainingJob,
  TrainingResult,
} from "./engine.js";
import type { GradientJob, Gradients } from "./gradient-probe.js";

/** Jobs by kind, with what they report on the way and what they return. */
export interface Jobs {
  train: { job: TrainingJob; progress: StepReport; result: TrainingResult };
  evaluate: { job: EvaluationJob; progress: { done: number; of: number }; result: EvaluationResult };
  examine: { job: { device: Device }; progress: never; result: DeviceReport };
  speed: { job: SpeedJob; progress: never; result: DeviceSpeed };
  memory: { job: MemoryJob; progress: never; result: MemoryNeed | null };
  gradients: { job: GradientJob; progress: never; result: Gradients };
}

export type JobKind = keyof Jobs;

export type ToWorker = { [K in JobKind]: { kind: K; job: Jobs[K]["job"] } }[JobKind] | { kind: "interrupt" };

export type FromWorker =
  | { kind: "progress"; progress: unknown }
  | { kind: "warning"; text: string }
  | { kind: "result"; result: unknown }
  | { kind: "failure"; failure: Failure };

/** A `LepError` in words; `type` is its class. */
export interface Failure {
  type: string;
  code: string;
  message: string;
  hint: string | undefined;
  exitCode: 1 | 2;
  stack: string | undefined;
}
