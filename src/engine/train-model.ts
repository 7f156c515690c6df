/**
 * From training sets to a finished model folder: the engine's training with its checkpoints, the
 * log of its steps, and the tokenizer's files. Shared by every stage that trains.
 */
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { writeFileAtomic, writeFolderAtomic } from "../atomic-output.js";
import { makeFolder } from "../make-folder.js";
import { type ModelStep, writeModelCard } from "../model/card/model-card.js";
import { checkTokenizerFits } from "../model/check-tokenizer-fits.js";
import { readModelConfig } from "../model/config.js";
import type { Progress } from "../progress.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { copyTokenizerFiles } from "../tokenizer/write-tokenizer.js";
import type {
  ComputeOptions,
  Engine,
  RowRange,
  TrainingData,
  TrainingOptions,
  Validation,
  ValidationData,
} from "./engine.js";
import { trainingProgress } from "./training-progress.js";

export interface TrainModelJob {
  /** Model folder to start from. */
  model: string;
  tokenizer: Tokenizer;
  /** Rows of embedding and head that are trained; those of all ids of the tokenizer where left out. */
  rows?: readonly RowRange[] | undefined;
  data: TrainingData;
  /** Needed where `evaluate_every` is above 0. */
  validation?: ValidationData | undefined;
  options: TrainingOptions;
  compute: ComputeOptions;
  /** Largest file of the trained weights, bytes. */
  shard_bytes?: number | undefined;
  /** Folder for checkpoints, the log and the trained weights; a killed training continues from it. */
  work: string;
}

export interface TrainedModel {
  /** Folder in `work` with the trained weights and config. */
  folder: string;
  /** The log of the steps. */
  log: string;
  steps: number;
  /** The step whose weights these are: the last one, or with `keep: best` that of the lowest held-out loss. */
  kept_step: number;
  /** Positions with a loss weight over the whole training. */
  tokens: number;
  /** Of the part done by this process; null where a killed run had done all of it. */
  tokens_per_second: number | null;
  /** Mean over the first tenth and the last tenth of the steps, nats. */
  losses: { first: number; last: number };
  /** Of the held-out data at the kept step, in the precision of the training; null where it was not measured. */
  validation: Validation | null;
  /** What the user should know: checkpoints that were not used, steps with a loss spike. */
  warnings: string[];
  peak_mb: number;
}

const logFile = "training.jsonl";

/** Throws `CheckpointError` where the tokenizer has more ids than the model rows, and what the engine throws. */
export async function trainModel(
  engine: Engine,
  job: TrainModelJob,
  progress?: Progress,
  signal?: AbortSignal,
): Promise<TrainedModel> {
  const { model, tokenizer, validation, options, compute, work } = job;
  checkTokenizerFits(readModelConfig(model), tokenizer, model);
  makeFolder(work);
  const folder = path.join(work, "trained");
  const log = path.join(work, logFile);
  const done = readTrained(work);
  if (done !== null) return { ...done, folder, log };
  rmSync(folder, { recursive: true, force: true });
  const shown = trainingProgress(options.trainable === "embeddings" ? "training embeddings" : "training", progress);
  const result = await engine.train(
    {
      model,
      data: job.data,
      validation,
      rows: job.rows ?? [{ first: 0, end: tokenizer.size }],
      options,
      compute,
      checkpoints: path.join(work, "checkpoints"),
      log,
      output: folder,
      shard_bytes: job.shard_bytes,
    },
    shown.step,
    signal,
    shown.warning,
  );
  const tenth = Math.max(1, Math.floor(result.losses.length / 10));
  const facts: TrainedFacts = {
    steps: result.steps,
    kept_step: result.kept_step,
    tokens: result.tokens,
    tokens_per_second: shown.tokens_per_second,
    losses: { first: mean(result.losses.slice(0, tenth)), last: mean(result.losses.slice(-tenth)) },
    validation: result.validation,
    warnings: result.warnings,
    peak_mb: result.peak_mb,
  };
  writeFileAtomic(path.join(work, trainedFile), JSON.stringify({ facts, files: filesIn(folder) }));
  return { ...facts, folder, log };
}

type TrainedFacts = Omit<TrainedModel, "folder" | "log">;

/** What a finished training found, kept beside its weights: what comes after it may be killed too. */
const trainedFile = "trained.json";

/** Null where the training has not ended, or its weights have been moved away since. */
function readTrained(work: string): TrainedFacts | null {
  const note = path.join(work, trainedFile);
  if (!existsSync(note)) return null;
  const { facts, files } = JSON.parse(readFileSync(note, "utf8")) as { facts: TrainedFacts; files: string[] };
  const present = new Set(filesIn(path.join(work, "trained")));
  if (files.every((file) => present.has(file))) return facts;
  rmSync(note);
  return null;
}

const filesIn = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String).sort() : [];

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Makes `out` of a trained model: weights, config and log, `generation_config.json` of the model it came
 * from, the tokenizer's files, further files by name, and a card that says how it was made. Whole or not at all.
 */
export async function finishModelFolder(
  trained: TrainedModel,
  from: { model: string; tokenizer: string },
  out: string,
  further: Record<string, string> = {},
  card?: { step: ModelStep; languages?: readonly string[] | undefined },
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
    if (card !== undefined) writeModelCard(partial, card.step, card.languages);
  });
}

function moveFile(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
    cpSync(from, to, { recursive: true });
  }
}
