/** Packs documents into blocks and trains a model on them; a killed training continues in the same work folder. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { writeFileAtomic } from "../atomic-output.js";
import { type CorpusOptions, readCorpus } from "../corpus/read-corpus.js";
import type { ComputeOptions, Engine } from "../engine/engine.js";
import { finishModelFolder, type TrainedModel, trainModel } from "../engine/train-model.js";
import { trainingOptions } from "../engine/training-schema.js";
import { contentHashes, corpusState, openWorkFolder } from "../engine/work-folder.js";
import type { Progress } from "../progress.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { PretrainingOptions } from "./options.js";
import { type PackedBlocks, packBlocks } from "./pack-blocks.js";

export interface DocumentTraining {
  /** Model folder to start from. */
  model: string;
  tokenizer: Tokenizer;
  corpus: CorpusOptions;
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
  const { model, tokenizer, corpus, options, seed, compute, work } = job;
  openWorkFolder(work, [
    "documents",
    contentHashes(model),
    contentHashes(tokenizer.source),
    await corpusState(corpus),
    options,
    seed,
  ]);
  const data = path.join(work, "documents.blocks");
  const note = path.join(work, "documents.json");
  if (!existsSync(data) || !existsSync(note)) {
    const packed = await packBlocks(readCorpus(corpus), tokenizer, options, data, progress, signal);
    writeFileAtomic(note, JSON.stringify(packed));
  }
  const packed = JSON.parse(readFileSync(note, "utf8")) as PackedBlocks;
  const trained = await trainModel(
    engine,
    { model, tokenizer, data, options: trainingOptions(options, packed.blocks, seed), compute, work },
    progress,
    signal,
  );
  return { ...trained, packed };
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
