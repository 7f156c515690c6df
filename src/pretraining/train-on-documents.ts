/** Packs documents into blocks and trains a model on them; a killed training continues in the same work folder. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { writeFileAtomic } from "../atomic-output.js";
import { type CorpusOptions, readCorpus } from "../corpus/read-corpus.js";
import type { ComputeOptions, Engine, RowRange, ValidationData } from "../engine/engine.js";
import { finishModelFolder, type TrainedModel, trainModel } from "../engine/train-model.js";
import { trainingOptions } from "../engine/training-schema.js";
import { contentHashes, corpusState, openWorkFolder } from "../engine/work-folder.js";
import { RecipeError } from "../errors.js";
import type { Progress } from "../progress.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { PretrainingOptions } from "./options.js";
import { type PackedBlocks, packBlocks } from "./pack-blocks.js";
import { newRows, rowRanges } from "./trained-rows.js";

export interface DocumentTraining {
  /** Model folder to start from. */
  model: string;
  tokenizer: Tokenizer;
  /** The vocabulary before; needed where only the rows of new tokens are trained. */
  original?: Tokenizer | undefined;
  corpus: CorpusOptions;
  /** Needed where `evaluate_every` is above 0. */
  validation?: ValidationData | undefined;
  options: PretrainingOptions;
  seed: number;
  compute: ComputeOptions;
  /** Folder of this job's packed data and checkpoints. Emptied where it belongs to another job. */
  work: string;
}

export interface DocumentTrainingResult extends TrainedModel {
  packed: PackedBlocks;
}

/** The trained weights are left in `work`; `trainOnDocuments` makes a model folder of them. */
export async function trainWeights(
  engine: Engine,
  job: DocumentTraining,
  progress?: Progress,
  signal?: AbortSignal,
): Promise<DocumentTrainingResult> {
  const { model, tokenizer, original, corpus, validation, options, seed, compute, work } = job;
  checkRows(job);
  openWorkFolder(
    work,
    [
      "documents",
      contentHashes(model),
      contentHashes(tokenizer.source),
      options.rows === "new" && contentHashes(original!.source),
      await corpusState(corpus),
      await corpusState(options.replay?.corpus),
      options,
      seed,
    ],
    progress,
  );
  const data = path.join(work, "documents.blocks");
  const note = path.join(work, "documents.json");
  if (!existsSync(data) || !existsSync(note)) {
    const { replay } = options;
    const packed = await packBlocks(
      {
        documents: readCorpus(corpus),
        replay: replay === null ? undefined : { documents: readCorpus(replay.corpus), share: replay.share },
        tokenizer,
        options,
        file: data,
      },
      progress,
      signal,
    );
    writeFileAtomic(note, JSON.stringify(packed));
  }
  const packed = JSON.parse(readFileSync(note, "utf8")) as PackedBlocks;
  const rows = trainedRows(job, packed);
  const trained = await trainModel(
    engine,
    { model, tokenizer, rows, data, validation, options: trainingOptions(options, packed.blocks, seed), compute, work },
    progress,
    signal,
  );
  return { ...trained, packed };
}

function trainedRows(
  { tokenizer, original, options }: DocumentTraining,
  { used }: PackedBlocks,
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
