/**
 * Calibration (arXiv 2412.21140, table 4): the propagated model is tuned on answers that the original
 * instruct model gave, or on a chat dataset, each with or without the copy task, so that its blocks get used to
 * the new tokens.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { writeFileAtomic } from "../atomic-output.js";
import type { ComputeOptions, Engine } from "../engine/engine.js";
import { getEngine } from "../engine/registry.js";
import { finishModelFolder, trainModel } from "../engine/train-model.js";
import { shownTraining, trainingOptions } from "../engine/training-schema.js";
import { contentHashes, corpusState, openWorkFolder, withoutCheckpoints } from "../engine/work-folder.js";
import { RecipeError } from "../errors.js";
import type { ModelStep } from "../model/card/model-card.js";
import { checkTokenizerFits } from "../model/check-tokenizer-fits.js";
import { readModelConfig } from "../model/config.js";
import { type ModelOutput, shardBytes } from "../model/model-output.js";
import type { Progress } from "../progress.js";
import { loadTokenizer } from "../tokenizer/load-tokenizer.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { makeCalibrationData } from "./calibration-data.js";
import { checkConversations } from "./check-conversations.js";
import { type CollectedAnswers, collectAnswers } from "./collect-answers.js";
import { createConversationFilter } from "./filters/registry.js";
import type { ReasonCounts, SourceSummary } from "./judge-conversations.js";
import { checkTeacher, namedSources } from "./named-sources.js";
import type { TuningOptions } from "./options.js";

export interface CalibrateJob {
  /** The propagated model: a folder with the new tokenizer. */
  model: string;
  /**
   * The original instruct model: a folder with its own tokenizer, which counts the tokens of answers, and chat template.
   * Needed where a source asks it; the model's own tokenizer counts where it is left out.
   */
  teacher?: string | undefined;
  options: TuningOptions;
  seed: number;
  compute: ComputeOptions;
  output?: ModelOutput | undefined;
  /** The calibrated model folder; written whole or not at all. */
  out: string;
  /** What is learned, collected with the same options and seed; checked and collected here, in `work`, where left out. */
  answers?: CollectedAnswers;
  /** Folder of answers, packed data and checkpoints: a killed job continues from it. Belongs to this job alone. */
  work: string;
}

export interface CalibrationSummary {
  /** Conversations trained on. */
  examples: number;
  /** Of the source and of the copy task, before any was held out or found too long. */
  answers: number;
  copies: number;
  /** Positions of plain text. */
  plain_text_tokens: number;
  /** How many were left out, by reason, over all sources. */
  rejected: ReasonCounts;
  /** By name. */
  sources: Record<string, SourceSummary>;
  held_out: number;
  too_long: number;
  /** Nats per token of the assistant in held-out conversations (in those trained on, where none was held out). */
  loss: { before: number; after: number };
  steps: number;
  /** The step whose weights were kept. */
  kept_step: number;
  /** Positions with a loss over the whole training. */
  tokens: number;
  tokens_per_second: number | null;
  peak_mb: number;
  /** What the user should know: shares that could not be reached, conversations left out, checkpoints not used, loss spikes. */
  warnings: string[];
}

/** Throws `RecipeError` (no teacher), `CorpusError` (prompts, conversations, texts), `TokenizerError`, `CheckpointError` and `EngineError`. */
export async function calibrate(
  job: CalibrateJob,
  progress?: Progress,
  signal?: AbortSignal,
): Promise<CalibrationSummary> {
  const { model, teacher, options, seed, compute, out, work } = job;
  const engine = getEngine(compute.engine);
  checkTeacher(options, teacher !== undefined);
  const tokenizer = await loadTokenizer(model);
  checkTokenizerFits(readModelConfig(model), tokenizer, model);
  const judged = job.answers ?? (await ownAnswers(job, tokenizer, progress, signal));
  openWorkFolder(
    work,
    [
      "calibration",
      contentHashes(model),
      judged.origin,
      await corpusState(options.copy_task?.corpus),
      await corpusState(options.plain_text?.corpus),
      withoutCheckpoints(options),
      seed,
    ],
    progress,
    [answersFolder],
  );
  const data = await makeCalibrationData(tokenizer, judged, options, seed, work);
  if (options.evaluate_every > 0 && data.heldOut === 0) throw nothingHeldOut(data.examples);
  const before = await loss(engine, job, model, data.measured, "before", signal);
  const trained = await trainModel(
    engine,
    {
      model,
      tokenizer,
      data: { sets: [{ file: data.file, weight: 1 }] },
      // Of its text only the answers are measured: bits per character would say nothing.
      validation: options.evaluate_every === 0 ? undefined : { file: data.measured, characters: null },
      options: trainingOptions(options, data.blocks, seed),
      compute,
      shard_bytes: shardBytes(job.output),
      work,
    },
    progress,
    signal,
  );
  const after = await loss(engine, job, trained.folder, data.measured, "after", signal);
  const summary: CalibrationSummary = {
    examples: data.examples,
    answers: judged.count,
    copies: data.copies,
    plain_text_tokens: data.plainTokens,
    rejected: sumOfReasons(Object.values(judged.sources)),
    sources: judged.sources,
    held_out: data.heldOut,
    too_long: data.tooLong,
    loss: { before, after },
    steps: trained.steps,
    kept_step: trained.kept_step,
    tokens: trained.tokens,
    tokens_per_second: trained.tokens_per_second,
    peak_mb: trained.peak_mb,
    warnings: [...data.warnings, ...trained.warnings],
  };
  const card = { step: cardStep(job, summary), languages: job.output?.languages };
  const further = { "answers.jsonl": judged.file };
  await finishModelFolder(trained, { model, tokenizer: tokenizer.source }, out, further, card);
  return summary;
}

function cardStep({ model, teacher, options, seed }: CalibrateJob, summary: CalibrationSummary): ModelStep {
  const { tokens_per_second: _rate, peak_mb: _memory, warnings: _warnings, ...numbers } = summary;
  return {
    title: "Calibrated",
    text: "Fine-tuned on conversations, with a loss on the assistant's tokens only.",
    models: { model, ...(teacher !== undefined && { teacher }) },
    options: { ...shownTraining(options), seed },
    numbers,
  };
}

const answersFolder = "answers";

/** All that can be wrong with the input is said before anything is written. */
async function ownAnswers(
  { teacher, options, seed, compute, work }: CalibrateJob,
  tokenizer: Tokenizer,
  progress: Progress | undefined,
  signal: AbortSignal | undefined,
): Promise<CollectedAnswers> {
  const counting = teacher === undefined ? tokenizer : await loadTokenizer(teacher);
  createConversationFilter(options.filters);
  await checkConversations(namedSources(options), [...new Set([tokenizer, counting])], progress);
  const folder = path.join(work, answersFolder);
  return collectAnswers({ teacher, tokenizer: counting, options, seed, compute, work: folder }, progress, signal);
}

function sumOfReasons(sources: readonly SourceSummary[]): ReasonCounts {
  const sum: ReasonCounts = {};
  for (const { rejected } of sources) {
    for (const [reason, count] of Object.entries(rejected) as [keyof ReasonCounts, number][]) {
      sum[reason] = (sum[reason] ?? 0) + count;
    }
  }
  return sum;
}

function nothingHeldOut(conversations: number): RecipeError {
  return new RecipeError(
    "calibration.nothing_held_out",
    `evaluate_every needs conversations that are held out, and validation_share holds out none of ${conversations}`,
    { hint: "Raise validation_share, or give more prompts." },
  );
}

async function loss(
  engine: Engine,
  job: CalibrateJob,
  model: string,
  data: string,
  name: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  const kept = path.join(job.work, `loss-${name}.json`);
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, "utf8")) as number;
  const { precision, micro_batch } = job.options;
  const measured = await engine.evaluate(
    { model, data, precision, compute: job.compute, micro_batch },
    undefined,
    signal,
  );
  const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
  const nats = sum(measured.block_losses) / sum(measured.block_weights);
  writeFileAtomic(kept, JSON.stringify(nats));
  return nats;
}
