import type { BenchmarkResult } from "../benchmark/benchmark-result.js";
import type { CalibrationSummary } from "../calibration/calibrate.js";
import type { ComputeOptions } from "../engine/engine.js";
import type { InitialiseSummary } from "../pretraining/initialise.js";
import type { PretrainingSummary } from "../pretraining/pretrain.js";
import type { Progress } from "../progress.js";
import type { PropagationSummary } from "../propagation/propagate.js";
import type { Recipe } from "../recipe.js";
import type { Stage, StageOutcome } from "../stage.js";
import type { VocabularyResult } from "./vocabulary-stage.js";

/** What every stage of a run is given. */
export interface RunContext {
  recipe: Recipe;
  /** Local folders of the models. */
  models: { base: string; instruct?: string };
  /** The run's folder. */
  folder: string;
  progress: Progress;
  signal: AbortSignal;
}

/** What the stages before have made; a stage that the recipe leaves out is not there. */
export interface Made {
  vocabulary?: StageOutcome<VocabularyResult>;
  pretraining?: StageOutcome<PretrainingResult>;
  propagation?: StageOutcome<PropagationResult>;
  calibration?: StageOutcome<CalibrationResult>;
  benchmark?: StageOutcome<BenchmarkStageResult>;
}

export interface PretrainingResult extends PretrainingSummary {
  /** How the new rows began. */
  initialised: InitialiseSummary;
  /** Of the original base with its own vocabulary, on the same windows. */
  original_bits_per_character: number;
}
/** Summaries by row: the recipe's method and those of `propagation.also`. */
export type PropagationResult = Record<string, PropagationSummary | null>;
/** Summaries by row: `calibrated` and the controls. */
export type CalibrationResult = Record<string, CalibrationSummary>;
export type BenchmarkStageResult = Record<string, BenchmarkResult & { bits_per_character: number | null }>;

/** Describes a stage for this run, or nothing where the recipe has no such section. */
export type DefineStage<Result> = (context: RunContext, made: Made) => Promise<Stage<Result> | undefined>;

/** As an option of a stage that writes models; where the recipe says nothing, runs made before the key was there stay reusable. */
export const writtenAs = ({ output }: Recipe): { output?: Recipe["output"] } =>
  output === undefined ? {} : { output };

export function computeOptions({ recipe }: Pick<RunContext, "recipe">): ComputeOptions {
  return { engine: recipe.engine, device: recipe.device, threads: recipe.threads };
}
