/** Trains a model on blocks of documents; a killed training continues in the same work folder. */
import path from "node:path";
import type { ComputeOptions, Engine, RowRange, ValidationData } from "../engine/engine.js";
import { finishModelFolder, type TrainedModel, trainModel } from "../engine/train-model.js";
import { contentHashes, corpusState, openWorkFolder, withoutCheckpoints } from "../engine/work-folder.js";
import { RecipeError } from "../errors.js";
import type { Progress } from "../progress.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { type MixedCorpora, mixCorpora, type TrainingCorpus } from "./mix-corpora.js";
import type { PretrainingOptions } from "./options.js";
import { type SamplingOptions, samplingSchema } from "./sampling/options.js";
import { openTokenStore } from "./token-store.js";
import { newRows, rowRanges } from "./trained-rows.js";

export interface DocumentTraining {
  /** Model folder to start from. */
  model: string;
  tokenizer: Tokenizer;
  /** The vocabulary before; needed where only the rows of new tokens are trained. */
  original?: Tokenizer | undefined;
  /** At least one, of different names. */
  corpora: readonly TrainingCorpus[];
  /** How several are mixed; by size where left out. */
  sampling?: SamplingOptions | undefined;
  /** Needed where `evaluate_every` is above 0. */
  validation?: ValidationData | undefined;
  options: PretrainingOptions;
  seed: number;
  compute: ComputeOptions;
  /** Largest file of the trained weights, bytes. */
  shard_bytes?: number | undefined;
  /** Folder of this job's checkpoints. Emptied where it belongs to another job. */
  work: string;
  /** Folder of the tokenised text, which other jobs may find there; `tokens` in `work` where left out. */
  tokens?: string | undefined;
}

export interface DocumentTrainingResult extends TrainedModel {
  corpora: MixedCorpora["corpora"];
}

/** The trained weights are left in `work`; `trainOnDocuments` makes a model folder of them. */
export async function trainWeights(
  engine: Engine,
  job: DocumentTraining,
  progress?: Progress,
  signal?: AbortSignal,
): Promise<DocumentTrainingResult> {
  const { model, tokenizer, original, corpora, validation, options, seed, compute, work } = job;
  const sampling = job.sampling ?? samplingSchema.parse({});
  checkRows(job);
  openWorkFolder(
    work,
    [
      "documents",
      contentHashes(model),
      contentHashes(tokenizer.source),
      options.rows === "new" && contentHashes(original!.source),
      await corporaState(corpora),
      sampling,
      await corpusState(options.replay?.corpus),
      withoutCheckpoints(options),
      seed,
    ],
    progress,
    [tokensFolder],
  );
  const store = openTokenStore(job.tokens ?? path.join(work, tokensFolder), tokenizer, progress, signal);
  const mixed = await mixCorpora({ corpora, sampling, options, seed }, store);
  const { data, training } = mixed;
  const rows = trainedRows(job, mixed);
  const trained = await trainModel(
    engine,
    { model, tokenizer, rows, data, validation, options: training, compute, work },
    progress,
    signal,
  );
  return { ...trained, corpora: mixed.corpora };
}

/** The tokenised text in a work folder. */
export const tokensFolder = "tokens";

/** What a training depends on of its corpora. */
export function corporaState(corpora: readonly TrainingCorpus[]): Promise<unknown[]> {
  return Promise.all(corpora.map(async (corpus) => [corpus.name, corpus.weight ?? null, await corpusState(corpus)]));
}

function trainedRows(
  { tokenizer, original, options }: DocumentTraining,
  { used }: MixedCorpora,
): RowRange[] | undefined {
  if (options.rows === "all") return undefined;
  if (options.rows === "used") return rowRanges(used);
  return newRows(tokenizer, original!);
}

function checkRows({ original, options }: DocumentTraining): void {
  if (options.rows !== "new" || original !== undefined) return;
  throw new RecipeError(
    "pretraining.no_original",
    "rows: new needs the original tokenizer, to know which tokens are new",
    {
      hint: "With lep train: --original, a folder, file or hub id.",
    },
  );
}

/** The same, into a complete model folder `out` with the tokenizer's files and `training.jsonl`. */
export async function trainOnDocuments(
  engine: Engine,
  job: DocumentTraining & { out: string },
  progress?: Progress,
  signal?: AbortSignal,
): Promise<DocumentTrainingResult> {
  const trained = await trainWeights(engine, job, progress, signal);
  await finishModelFolder(trained, { model: job.model, tokenizer: job.tokenizer.source }, job.out);
  return trained;
}
