/**
 * From training sets to a finished model folder: the engine's training with its checkpoints, the
 * log of its steps, and the tokenizer's files. Shared by every stage that trains.
 */
import { cpSync, existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { writeFolderAtomic } from "../atomic-output.js";
import { EngineError } from "../errors.js";
import { makeFolder } from "../make-folder.js";
import { checkTokenizerFits } from "../model/check-tokenizer-fits.js";
import { readModelConfig } from "../model/config.js";
import type { Progress } from "../progress.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { copyTokenizerFiles } from "../tokenizer/write-tokenizer.js";
import type { ComputeOptions, Engine, RowRange, TrainingData, TrainingOptions, TrainingResult } from "./engine.js";
import { openTrainingLog } from "./training-log.js";

export interface TrainModelJob {
  /** Model folder to start from. */
  model: string;
  tokenizer: Tokenizer;
  /** Rows of embedding and head that are trained; those of all ids of the tokenizer where left out. */
  rows?: readonly RowRange[] | undefined;
  data: TrainingData;
  options: TrainingOptions;
  compute: ComputeOptions;
  /** Folder for checkpoints, the log and the trained weights; a killed training continues from it. */
  work: string;
}

export interface TrainedModel {
  /** Folder in `work` with the trained weights and config. */
  folder: string;
  /** The log of the steps. */
  log: string;
  steps: number;
  /** Positions with a loss weight over the whole training. */
  tokens: number;
  /** Of the part done by this process; null where a killed run had done all of it. */
  tokens_per_second: number | null;
  /** Mean over the first tenth and the last tenth of the steps, nats. */
  losses: { first: number; last: number };
  peak_mb: number;
}

/** Throws `CheckpointError` where the tokenizer has more ids than the model rows, and what the engine throws. */
export async function trainModel(
  engine: Engine,
  job: TrainModelJob,
  progress?: Progress,
  signal?: AbortSignal,
): Promise<TrainedModel> {
  checkTokenizerFits(readModelConfig(job.model), job.tokenizer, job.model);
  makeFolder(job.work);
  for (;;) {
    const trained = await attempt(engine, job, progress, signal);
    if (trained !== "gap") return trained;
    // The kill came between a checkpoint and the lines of its steps. Rare; from the start then.
    rmSync(path.join(job.work, "checkpoints"), { recursive: true, force: true });
    rmSync(path.join(job.work, logFile), { force: true });
  }
}

const logFile = "training.jsonl";

async function attempt(
  engine: Engine,
  job: TrainModelJob,
  progress: Progress | undefined,
  signal: AbortSignal | undefined,
): Promise<TrainedModel | "gap"> {
  const folder = path.join(job.work, "trained");
  rmSync(folder, { recursive: true, force: true });
  const log = openTrainingLog(path.join(job.work, logFile));
  const gap = new AbortController();
  const timed = { tokens: 0, seconds: 0 };
  let result: TrainingResult;
  try {
    result = await engine.train(
      {
        model: job.model,
        data: job.data,
        rows: job.rows ?? [{ first: 0, end: job.tokenizer.size }],
        options: job.options,
        compute: job.compute,
        checkpoints: path.join(job.work, "checkpoints"),
        output: folder,
      },
      (report) => {
        if (!log.add(report)) return gap.abort();
        timed.tokens += report.tokens;
        timed.seconds += report.seconds;
        const task = job.options.trainable === "embeddings" ? "training embeddings" : "training";
        const note = `loss ${report.loss.toFixed(3)}`;
        progress?.({ task, done: report.step, total: report.steps, unit: "steps", note });
      },
      signal === undefined ? gap.signal : AbortSignal.any([signal, gap.signal]),
    );
  } catch (error) {
    if (gap.signal.aborted && !signal?.aborted) return "gap";
    throw error;
  }
  if (log.steps !== result.steps) return "gap";
  const last = result.losses.at(-1);
  if (last === undefined || !Number.isFinite(last)) {
    throw new EngineError("engine.diverged", `training ended with a loss of ${last}`, {
      hint: "Lower learning_rate, or set clip_norm.",
    });
  }
  const tenth = Math.max(1, Math.floor(result.losses.length / 10));
  return {
    folder,
    log: path.join(job.work, logFile),
    steps: result.steps,
    tokens: result.tokens,
    tokens_per_second: timed.seconds > 0 ? timed.tokens / timed.seconds : null,
    losses: { first: mean(result.losses.slice(0, tenth)), last: mean(result.losses.slice(-tenth)) },
    peak_mb: result.peak_mb,
  };
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Makes `out` of a trained model: weights, config and log, `generation_config.json` of the model it came
 * from, the tokenizer's files, and further files by name. Whole or not at all.
 */
export async function finishModelFolder(
  trained: TrainedModel,
  from: { model: string; tokenizer: string },
  out: string,
  further: Record<string, string> = {},
): Promise<void> {
  await writeFolderAtomic(out, (partial) => {
    for (const name of readdirSync(trained.folder)) moveFile(path.join(trained.folder, name), path.join(partial, name));
    const generation = "generation_config.json";
    if (existsSync(path.join(from.model, generation))) {
      cpSync(path.join(from.model, generation), path.join(partial, generation));
    }
    copyTokenizerFiles(from.tokenizer, partial);
    for (const [name, file] of Object.entries({ [logFile]: trained.log, ...further })) {
      cpSync(file, path.join(partial, name));
    }
  });
}

function moveFile(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
    cpSync(from, to);
  }
}
