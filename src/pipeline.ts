/** A run: the five stages in a row, each reused where nothing that it depends on has changed. */
import path from "node:path";
import { writeFileAtomic } from "./atomic-output.js";
import { EngineError, RecipeError } from "./errors.js";
import { openHashCache } from "./hash-cache.js";
import { benchmarkStage } from "./pipeline/benchmark-stage.js";
import { calibrationStage } from "./pipeline/calibration-stage.js";
import { checkCalibration } from "./pipeline/check-calibration.js";
import { checkInitializers } from "./pipeline/initialise-rows.js";
import { resolveModels } from "./pipeline/models.js";
import type { PipelineEvent } from "./pipeline/pipeline-event.js";
import { pretrainingStage } from "./pipeline/pretraining-stage.js";
import { propagationStage } from "./pipeline/propagation-stage.js";
import { reportOfRun } from "./pipeline/report/report-of-run.js";
import type { DefineStage, Made, RunContext } from "./pipeline/run-context.js";
import { lockRun } from "./pipeline/run-lock.js";
import { openRunRecord } from "./pipeline/run-record.js";
import { type Summary, summarise } from "./pipeline/summary.js";
import { vocabularyStage } from "./pipeline/vocabulary-stage.js";
import type { Progress } from "./progress.js";
import type { Recipe } from "./recipe.js";
import { writeRunReport } from "./report/run-report.js";
import { runStage, type StageName, stageNames } from "./stage.js";

export interface PipelineOptions {
  /** The run's folder, `runs/<name>`. */
  folder: string;
  /** This stage and the later ones are done again. */
  from?: StageName | undefined;
  /** The last stage. */
  to?: StageName | undefined;
  /** Every stage is done again. */
  fresh?: boolean;
  progress?: Progress;
  signal?: AbortSignal;
  onEvent?: (event: PipelineEvent) => void;
}

export type { PipelineEvent };

/** In the order of a run. */
export const stages: readonly DefineStage<unknown>[] = [
  vocabularyStage,
  pretrainingStage,
  propagationStage,
  calibrationStage,
  benchmarkStage,
];

/** Runs `recipe` in `options.folder`; a killed run continues where it was. Throws `LepError`. */
export async function runPipeline(recipe: Recipe, options: PipelineOptions): Promise<Summary> {
  const { folder, signal } = options;
  if (options.from && options.to && stageNames.indexOf(options.from) > stageNames.indexOf(options.to)) {
    throw new RecipeError("command.order", `--from ${options.from} comes after --to ${options.to}`);
  }
  const unlock = lockRun(folder);
  const hashes = openHashCache(path.join(folder, ".hashes.json"));
  const record = openRunRecord(folder, recipe, options);
  const { progress, onEvent } = record;
  try {
    await checkInitializers(recipe);
    const models = await resolveModels(recipe, { progress, signal });
    await checkCalibration(recipe, models, progress);
    const context: RunContext = { recipe, models, folder, progress, signal: signal ?? new AbortController().signal };
    const made: Made = {};
    let again = options.fresh ?? false;
    for (const define of stages) {
      const stage = await define(context, made);
      if (stage === undefined) continue;
      const at = stageNames.indexOf(stage.name);
      if (options.to !== undefined && at > stageNames.indexOf(options.to)) break;
      if (context.signal.aborted) throw new EngineError("run.interrupted", `interrupted before ${stage.name}`);
      again ||= options.from !== undefined && at >= stageNames.indexOf(options.from);
      onEvent({ event: "stage_started", stage: stage.name, text: `${stage.name} …` });
      const outcome = await runStage<unknown>(stage, folder, hashes, again, progress);
      hashes.save();
      made[stage.name] = outcome as never;
      onEvent({
        event: outcome.reused ? "stage_reused" : "stage_finished",
        stage: stage.name,
        seconds: outcome.durationSeconds,
        text: `${stage.name} ${outcome.reused ? "reused" : `done in ${outcome.durationSeconds.toFixed(1)} s`}`,
      });
    }
    const summary = summarise(recipe, made);
    writeFileAtomic(path.join(folder, "summary.json"), `${JSON.stringify(summary, null, 2)}\n`);
    writeRunReport(reportOfRun(recipe, made), path.join(folder, "report.html"));
    onEvent({ event: "run_finished", text: `report: ${path.join(folder, "report.html")}` });
    record.end();
    return summary;
  } catch (error) {
    record.end(error);
    throw error;
  } finally {
    unlock();
  }
}
