/**
 * Continued pre-training of the base model on text of the new language (arXiv 2412.21140): packs the
 * corpus, trains, and measures the validation text before and after.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { writeFileAtomic } from "../atomic-output.js";
import { type CorpusOptions, readCorpus } from "../corpus/read-corpus.js";
import { type BitsPerCharacter, bitsPerCharacter } from "../engine/bits-per-character.js";
import type { ComputeOptions } from "../engine/engine.js";
import { getEngine } from "../engine/registry.js";
import { finishModelFolder } from "../engine/train-model.js";
import { contentHashes, corpusState, openWorkFolder } from "../engine/work-folder.js";
import { checkTokenizerFits } from "../model/check-tokenizer-fits.js";
import { readModelConfig } from "../model/config.js";
import type { Progress } from "../progress.js";
import { loadTokenizer } from "../tokenizer/load-tokenizer.js";
import type { PretrainingOptions } from "./options.js";
import { trainWeights } from "./train-on-documents.js";

export interface PretrainJob {
  /** Model folder with rows for the tokenizer. */
  model: string;
  /** Tokenizer folder or file; the model's own where left out. */
  tokenizer?: string;
  /** The tokenizer before, folder or file; needed for `rows: new`. */
  original?: string | undefined;
  corpus: CorpusOptions;
  /** Held-out text for the measurement before and after. */
  validation?: CorpusOptions;
  options: PretrainingOptions;
  seed: number;
  compute: ComputeOptions;
  /** The trained model folder; written whole or not at all. */
  out: string;
  /** Folder of packed data, checkpoints and measurements: a killed job continues from it. Belongs to this job alone. */
  work: string;
}

export interface PretrainingSummary {
  /** Nats per token of the validation text; of the training's first and last steps where there is none. */
  loss: { before: number; after: number };
  bits_per_character: { before: number; after: number } | null;
  /** Positions with a loss over the whole training. */
  tokens: number;
  /** Tokens of the corpus, how many of them stand in two blocks, and those of the replay. */
  corpus: {
    documents: number;
    characters: number;
    tokens: number;
    repeated: number;
    replayed: number;
    blocks: number;
  };
  /** Of the part that the last process did; null where that was nothing. */
  tokens_per_second: number | null;
  steps: number;
  peak_mb: number;
}

/** Throws `CorpusError`, `TokenizerError`, `CheckpointError` (tokenizer and model do not fit) and `EngineError`. */
export async function pretrain(
  job: PretrainJob,
  progress?: Progress,
  signal?: AbortSignal,
): Promise<PretrainingSummary> {
  const { model, corpus, validation, options, seed, compute, out, work } = job;
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
  openWorkFolder(work, [
    "pretraining",
    contentHashes(model),
    contentHashes(tokenizer.source),
    original && contentHashes(original.source),
    await corpusState(corpus),
    await corpusState(options.replay?.corpus),
    await corpusState(validation),
    options,
    seed,
  ]);
  const before = await measure(model, "before");
  const training = path.join(work, "training");
  const trained = await trainWeights(
    engine,
    { model, tokenizer, original, corpus, options, seed, compute, work: training },
    progress,
    signal,
  );
  const after = await measure(trained.folder, "after");
  await finishModelFolder(trained, { model, tokenizer: tokenizer.source }, out);
  const { used: _, ...packed } = trained.packed;
  return {
    loss: { before: before?.loss ?? trained.losses.first, after: after?.loss ?? trained.losses.last },
    bits_per_character:
      before === undefined || after === undefined
        ? null
        : { before: before.bits_per_character, after: after.bits_per_character },
    tokens: trained.tokens,
    corpus: packed,
    tokens_per_second: trained.tokens_per_second,
    steps: trained.steps,
    peak_mb: trained.peak_mb,
  };
}
