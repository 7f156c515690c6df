/** What continued pre-training will take: blocks of the text, steps, operations, memory, checkpoints. */
import type { CorpusOptions } from "../corpus/read-corpus.js";
import type { RowRange } from "../engine/engine.js";
import { idBytesFor } from "../engine/token-chunk.js";
import { trainingOptions } from "../engine/training-schema.js";
import { forwardFlops } from "../plan/forward-flops.js";
import { secondsForFiles } from "../plan/machine.js";
import { type ModelFacts, modelBytes, withRows } from "../plan/model-facts.js";
import { type AdaptedVocabulary, cuttingOf, inMillions, type PlanTools } from "../plan/plan-tools.js";
import { planTraining, stepNote } from "../plan/plan-training.js";
import { type Count, lessCertain, type StagePlan, sumCounts, type Work } from "../plan/stage-plan.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { countBlocks } from "./count-blocks.js";
import type { TrainingCorpus } from "./mix-corpora.js";
import type { PretrainingOptions } from "./options.js";
import { newRows, rowRanges } from "./trained-rows.js";

export interface PretrainingPlanJob {
  options: PretrainingOptions;
  base: ModelFacts;
  /** Of the base model; null where it is not here. */
  original: Tokenizer | null;
  vocabulary: AdaptedVocabulary;
  corpora: readonly TrainingCorpus[];
  validation: CorpusOptions;
  seed: number;
}

/** Throws `CorpusError` and `TokenizerError` for what cannot be read. */
export async function planPretraining(job: PretrainingPlanJob, tools: PlanTools): Promise<StagePlan> {
  const { options, base, vocabulary, seed } = job;
  const notes: string[] = [];
  const warnings: string[] = [];
  const text = await planText(job, tools, notes);
  if (base.config === null || vocabulary.size === null) {
    const unknown =
      base.config === null ? `the shape of ${base.place} is not known` : "the size of the vocabulary is not known";
    return { steps: null, work: [text.tokenising], memory: null, disk: null, notes: [...notes, unknown], warnings };
  }
  const multiple = options.pad_to_multiple_of;
  const size = vocabulary.size.value;
  const rows = Math.ceil(size / multiple) * multiple;
  const config = withRows(base.config, rows);
  const own = 1 - (options.replay?.share ?? 0);
  const training = trainingOptions(options, Math.ceil((text.blocks?.value ?? 0) / own), seed);
  const steps: Count | null =
    options.steps !== undefined
      ? { value: options.steps, certainty: "exact" }
      : text.blocks && { value: training.steps, certainty: text.blocks.certainty };
  const windows = await planWindows(job, tools);
  const cost = await planTraining(
    {
      what: "training",
      config,
      rows: trainedRanges(job, text.used, notes),
      options: { ...training, steps: steps?.value ?? 1 },
      steps,
      blockLength: options.block_size,
      evaluationLength: options.evaluate_every > 0 ? windows.length : undefined,
    },
    tools.machine,
  );
  const positions = options.blocks_per_step * options.block_size;
  if (steps === null) notes.push(stepNote("training", cost, positions));
  const bytes = modelBytes(base, config, rows);
  // Before, after and with the original vocabulary.
  const passes = 3 + (options.evaluate_every > 0 ? Math.ceil((steps?.value ?? 0) / options.evaluate_every) : 0);
  const measured: Count = { value: passes * windows.tokens.value, certainty: windows.tokens.certainty };
  const flops = forwardFlops(config, measured.value, windows.length);
  const shape = { config, precision: options.precision, tokens: options.micro_batch * windows.length };
  const work: Work[] = [
    text.tokenising,
    { what: "writing models", tokens: null, flops: 0, seconds: secondsForFiles(4 * bytes) },
    { what: "measuring", tokens: measured, flops, seconds: await tools.machine.computing(flops, shape) },
    cost.work,
  ];
  return {
    steps,
    work,
    memory: cost.memory,
    // The model with new rows, and the trained one.
    disk: { kept: 2 * bytes + text.tokenFileBytes, meanwhile: cost.checkpoints },
    notes,
    warnings,
  };
}

interface PlannedText {
  blocks: Count | null;
  tokenising: Work;
  tokenFileBytes: number;
  /** Ids that occur; null where not all of the text was read. */
  used: Uint8Array | null;
}

/** Characters a second where nothing was read to measure it (docs/experiments.md, text to file). */
const usualRate = 4e6;

async function planText(
  { options, vocabulary, corpora }: PretrainingPlanJob,
  { measure }: PlanTools,
  notes: string[],
): Promise<PlannedText> {
  const { tokenizer, isNew } = vocabulary;
  const blocks: (Count | null)[] = [];
  const tokens: (Count | null)[] = [];
  let used: Uint8Array | null = tokenizer !== null && isNew ? new Uint8Array(tokenizer.size) : null;
  let seconds = 0;
  for (const corpus of corpora) {
    const measured = await measure(corpus);
    if (measured === null) {
      notes.push(`${corpus.name}: its files are not there, so that the number of tokens is not known`);
      blocks.push(null);
      tokens.push(null);
      used = null;
      continue;
    }
    const { texts, read, characters, complete } = measured;
    if (tokenizer === null || read === 0) {
      const { charactersPerToken } = await cuttingOf(vocabulary, texts);
      const count = characters / charactersPerToken;
      notes.push(`${corpus.name}: ${charactersPerToken} characters a token are assumed`);
      blocks.push({ value: Math.ceil(count / options.block_size), certainty: "estimate" });
      tokens.push({ value: Math.ceil(count), certainty: "estimate" });
      seconds += characters / usualRate;
      used = null;
      continue;
    }
    const start = performance.now();
    const counted = await countBlocks(texts, tokenizer, options);
    const scale = characters / read;
    seconds += (scale * (performance.now() - start)) / 1000;
    const certainty = !complete ? "estimate" : isNew ? "exact" : "at_most";
    blocks.push({ value: Math.ceil(scale * counted.blocks), certainty });
    tokens.push({ value: Math.round(scale * counted.tokens), certainty });
    if (complete)
      used?.forEach((_, id) => {
        used![id]! |= counted.used[id]!;
      });
    else used = null;
    if (!complete) {
      notes.push(`${corpus.name}: estimated from ${inMillions(read)} of about ${inMillions(characters)} characters`);
    }
    if (!isNew) notes.push(`${corpus.name}: cut with the original vocabulary, the new one makes fewer tokens`);
  }
  const all = sumCounts(tokens);
  return {
    blocks: sumCounts(blocks),
    tokenising: { what: "tokenising", tokens: all, flops: 0, seconds: all && seconds },
    // 2 bits a token say what begins there.
    tokenFileBytes: (all?.value ?? 0) * (idBytesFor(vocabulary.size?.value ?? 1) + 0.25),
    used,
  };
}

/** Windows of bits per character: tokens of one measurement, and about the length of a block of them. */
async function planWindows({ options, vocabulary, validation }: PretrainingPlanJob, { measure }: PlanTools) {
  const { window_characters, max_windows } = options;
  const measured = await measure(validation);
  const most = max_windows * window_characters;
  const characters = Math.min(most, measured?.characters ?? most);
  const { charactersPerToken, certainty } = await cuttingOf(vocabulary, measured?.texts ?? []);
  const count = Math.ceil(characters / charactersPerToken);
  return {
    tokens: { value: count, certainty: lessCertain(certainty, measured === null ? "estimate" : "exact") },
    length: Math.max(1, Math.ceil(window_characters / charactersPerToken)),
  };
}

/** Where it is not known which rows are trained, all of them are counted. */
function trainedRanges(
  { options, vocabulary, original }: PretrainingPlanJob,
  used: Uint8Array | null,
  notes: string[],
): RowRange[] {
  const all = [{ first: 0, end: vocabulary.size!.value }];
  if (options.rows === "all") return all;
  const { tokenizer, isNew } = vocabulary;
  if (options.rows === "new" && isNew && tokenizer !== null && original !== null) return newRows(tokenizer, original);
  if (options.rows === "used" && used !== null) return rowRanges([...used.keys()].filter((id) => used[id] === 1));
  notes.push(`rows: ${options.rows}: which ones is not known yet; all are counted`);
  return all;
}
