import type { StageName } from "../stage.js";

export interface PipelineEvent {
  event: "stage_started" | "stage_finished" | "stage_reused" | "run_finished";
  stage?: StageName;
  seconds?: number;
  /** One line for people. */
  text: string;
}
