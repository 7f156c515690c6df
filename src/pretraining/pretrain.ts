/**
 * Continued pre-training of the base model on text of the new language (arXiv 2412.21140): tokenises
 * and mixes the corpora, trains, and measures the validation text before and after.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { writeFileAtomic } from "../atomic-output.js";
import { type CorpusOptions, readCorpus } from "../corpus/read-corpus.js";
import { type BitsPerCharacter, bitsPerCharacter } from "../engine/bits-per-character.js";
import type { ComputeOptions, Validation, ValidationData } from "../engine/engine.js";
import { getEngine } from "../engine/registry.js";
import { finishModelFolder } from "../engine/train-model.js";
import { shownTraining } from "../engine/training-schema.js";
import { writeWindows } from "../engine/validation-windows.js";
import { contentHashes, corpusState, openWorkFolder, withoutCheckpoints } from "../engine/work-folder.js";
import { RecipeError } from "../errors.js";
import type { ModelStep } from "../model/card/model-card.js";
import { checkTokenizerFits } from "../model/check-tokenizer-fits.js";
import { readModelConfig } from "../model/config.js";
import { type ModelOutput, shardBytes } from "../model/model-output.js";
import type { Progress } from "../progress.js";
import { loadTokenizer } from "../tokenizer/load-tokenizer.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { CorpusPart, TrainingCorpus } from "./mix-corpora.js";
import type { PretrainingOptions } from "./options.js";
import type { SamplingOptions } from "./sampling/options.js";
import { corporaState, tokensFolder, trainWeights } from "./train-on-documents.js";

export interface PretrainJob {
  /** Model folder with rows for the tokenizer. */
  model: string;
  /** Tokenizer folder or file; the model's own where left out. */
  tokenizer?: string;
  /** The tokenizer before, folder or file; needed for `rows: new`. */
  original?: string | undefined;
  /** At least one, of different names. */
  corpora: readonly TrainingCorpus[];
  /** How several are mixed; by size where left out. */
  sampling?: SamplingOptions | undefined;
  /** Held-out text for the measurements before, after and, with `evaluate_every`, during the training. */
  validation?: CorpusOptions;
  options: PretrainingOptions;
  seed: number;
  compute: ComputeOptions;
  output?: ModelOutput | undefined;
  /** The trained model folder; written whole or not at all. */
  out: string;
  /** Folder of checkpoints and measurements: a killed job continues from it. Belongs to this job alone. */
  work: string;
  /** Folder of the tokenised text, which other jobs may find there; `tokens` in `work` where left out. */
  tokens?: string | undefined;
}

export interface PretrainingSummary {
  /** Nats per token of the validation text; of the training's first and last steps where there is none. */
  loss: { before: number; after: number };
  bits_per_character: { before: number; after: number } | null;
  /** Positions with a loss over the whole training. */
  tokens: number;
  /** What there is of each corpus, and what the training took; the replay is `replay`. */
  corpora: Record<string, CorpusPart>;
  /** Of the part that the last process did; null where that was nothing. */
  tokens_per_second: number | null;
  steps: number;
  /** The step whose weights were kept, and the held-out text under them as the training measured it. */
  kept_step: number;
  kept_validation: Validation | null;
  /** What the user should know: checkpoints that were not used, steps with a loss spike. */
  warnings: string[];
  peak_mb: number;
}

/**
 * Throws `CorpusError`, `TokenizerError`, `CheckpointError` (tokenizer and model do not fit), `EngineError`, and
 * `RecipeError` where something is to be measured during the training and there is no held-out text.
 */
export async function pretrain(
  job: PretrainJob,
  progress?: Progress,
  signal?: AbortSignal,
): Promise<PretrainingSummary> {
  const { model, corpora, sampling, validation, options, seed, compute, out, work } = job;
  if (options.evaluate_every > 0 && validation === undefined) throw noValidation(options.evaluate_every);
  const engine = getEngine(compute.engine);
  const tokenizer = await loadTokenizer(job.tokenizer ?? model);
  checkTokenizerFits(readModelConfig(model), tokenizer, model);
  const original = options.rows === "new" && job.original !== undefined ? await loadTokenizer(job.original) : undefined;
  const measure = async (folder: string, name: string): Promise<BitsPerCharacter | undefined> => {
    if (validation === undefined) return undefined;
    const file = path.join(work, `${name}.json`);
    if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as BitsPerCharacter;
    const { window_characters, max_windows, precision, micro_batch } = options;
    const measured = await bitsPerCharacter(
      engine,
      {
        model: folder,
        tokenizer,
        documents: readCorpus(validation),
        window_characters,
        max_windows,
        precision,
        micro_batch,
        compute,
        work,
      },
      progress,
      signal,
    );
    writeFileAtomic(file, JSON.stringify(measured));
    return measured;
  };
  openWorkFolder(
    work,
    [
      "pretraining",
      contentHashes(model),
      contentHashes(tokenizer.source),
      original && contentHashes(original.source),
      await corporaState(corpora),
      sampling,
      await corpusState(options.replay?.corpus),
      await corpusState(validation),
      withoutCheckpoints(options),
      seed,
    ],
    progress,
    [tokensFolder],
  );
  const before = await measure(model, "before");
  const training = path.join(work, "training");
  const heldOut = await heldOutWindows(job, tokenizer);
  const tokens = job.tokens ?? path.join(work, tokensFolder);
  const trained = await trainWeights(
    engine,
    {
      model,
      tokenizer,
      original,
      corpora,
      sampling,
      validation: heldOut,
      options,
      seed,
      compute,
      shard_bytes: shardBytes(job.output),
      work: training,
      tokens,
    },
    progress,
    signal,
  );
  const after = await measure(trained.folder, "after");
  const summary: PretrainingSummary = {
    loss: { before: before?.loss ?? trained.losses.first, after: after?.loss ?? trained.losses.last },
    bits_per_character:
      before === undefined || after === undefined
        ? null
        : { before: before.bits_per_character, after: after.bits_per_character },
    tokens: trained.tokens,
    corpora: trained.corpora,
    tokens_per_second: trained.tokens_per_second,
    steps: trained.steps,
    kept_step: trained.kept_step,
    kept_validation: trained.validation,
    warnings: trained.warnings,
    peak_mb: trained.peak_mb,
  };
  const card = { step: cardStep(job, summary), languages: job.output?.languages };
  await finishModelFolder(trained, { model, tokenizer: tokenizer.source }, out, {}, card);
  return summary;
}

function cardStep({ model, options, seed, corpora }: PretrainJob, summary: PretrainingSummary): ModelStep {
  const { loss, bits_per_character, tokens, steps, kept_step, corpora: parts } = summary;
  // Rows were made before, by whatever this section or another said.
  const { initializer: _, head_initializer: _head, pad_to_multiple_of: _padding, ...training } = options;
  const what = options.trainable === "embeddings" ? "Embeddings trained" : "Model trained";
  return {
    title: `${what} on text`,
    text: `Continued pre-training on ${corpora.length === 1 ? "a corpus" : `${corpora.length} corpora`}.`,
    models: { model },
    options: { ...shownTraining(training), seed },
    numbers: { loss, bits_per_character, tokens, steps, kept_step, corpora: parts },
  };
}

/** The windows that are measured during the training: those of the measurements before and after. */
async function heldOutWindows(
  { model, validation, options, work }: PretrainJob,
  tokenizer: Tokenizer,
): Promise<ValidationData | undefined> {
  if (options.evaluate_every === 0 || validation === undefined) return undefined;
  const { window_characters, max_windows } = options;
  const file = path.join(work, "validation.blocks");
  const documents = readCorpus(validation);
  const context = readModelConfig(model).max_position_embeddings;
  return writeWindows({ file, tokenizer, documents, window_characters, max_windows, context });
}

function noValidation(every: number): RecipeError {
  return new RecipeError("pretraining.no_validation", `evaluate_every is ${every}, but there is no held-out text`, {
    hint: "With lep train: --validation, globs of text; in a recipe: corpus.validation.",
  });
}
