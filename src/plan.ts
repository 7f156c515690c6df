/** What a run would do and take, without doing it: nothing is written, and nothing is asked of the network. */
import { existsSync, statfsSync } from "node:fs";
import path from "node:path";
import { findDataset } from "./benchmark/data/find-dataset.js";
import { plannedData } from "./benchmark/data/prepare-data.js";
import { tasks as registry } from "./benchmark/registry.js";
import { LepError } from "./errors.js";
import { openHashCache } from "./hash-cache.js";
import { parseHubId } from "./model/hub/hub-id.js";
import { resolveModelFolder } from "./model/resolve-model-folder.js";
import { checkInitializers } from "./pipeline/initialise-rows.js";
import { computeOptions, type Made, type RunContext } from "./pipeline/run-context.js";
import { type PlanContext, type PlanStage, stagePlans } from "./pipeline/stage-plans.js";
import { stages as pipelineStages } from "./pipeline.js";
import type { Gpu } from "./plan/gpus.js";
import { fileRateNote, idleMachine, type Machine, openMachine } from "./plan/machine.js";
import { findModelFacts, type ModelFacts, weightsIn } from "./plan/model-facts.js";
import { type AdaptedVocabulary, createTextMeasure } from "./plan/plan-tools.js";
import { type Count, type StagePlan, sumCounts, sumKnown } from "./plan/stage-plan.js";
import { checkOriginalFolders } from "./propagation/check-models.js";
import type { Recipe } from "./recipe.js";
import { findStage, type StageName, type StageState, stageNames } from "./stage.js";
import { loadTokenizer } from "./tokenizer/load-tokenizer.js";
import type { Tokenizer } from "./tokenizer/tokenizer.js";

export interface PlanOptions {
  /** The run's folder, `runs/<name>`. */
  folder: string;
  /** Plan for this GPU instead of the recipe's device. */
  gpu?: Gpu | undefined;
  /** Code points of a training text that is not there. */
  assumedCharacters?: number | undefined;
}

export interface PlannedStage {
  stage: StageName;
  state: StageState<unknown>["state"];
  /** Positions that models compute. */
  tokens: Count | null;
  flops: number | null;
  seconds: number | null;
  /** Null for a stage that is reused. */
  plan: StagePlan | null;
}

export interface Download {
  /** Hub id. */
  name: string;
  /** Null where its shapes are not known. */
  bytes: number | null;
}

export interface RunPlan {
  name: string;
  machine: Pick<Machine, "name" | "basis">;
  stages: PlannedStage[];
  downloads: Download[];
  /** Bytes that the disk of the run's folder has free. */
  free_disk: number;
  /** Bytes at the fullest moment, downloads counted. */
  needed_disk: number;
  flops: number | null;
  seconds: number | null;
  notes: string[];
  warnings: string[];
}

/** Throws `LepError` for inputs that are there and are no good, as the run would. */
export async function planRun(recipe: Recipe, { folder, gpu, assumedCharacters }: PlanOptions): Promise<RunPlan> {
  await checkInitializers(recipe);
  const base = await findModelFacts(recipe.models.base);
  const instruct = recipe.models.instruct === undefined ? null : await findModelFacts(recipe.models.instruct);
  if (recipe.propagation !== undefined && base.folder !== null && instruct?.folder) {
    await checkOriginalFolders(base.folder, instruct.folder);
  }
  const downloads = await findDownloads(recipe, [base, ...(instruct === null ? [] : [instruct])]);
  const states = downloads.length > 0 ? {} : await findStates(recipe, base, instruct, folder);
  const isDone = stageNames.every((stage) => recipe[stage] === undefined || states[stage]?.outcome !== undefined);
  const { precision = "bf16", micro_batch = 1, block_size = 512 } = recipe.pretraining ?? recipe.calibration ?? {};
  const shape = base.config && { config: base.config, precision, tokens: micro_batch * block_size };
  // Speeds are measured only where there is something to compute.
  const machine = isDone ? idleMachine : await openMachine(computeOptions({ recipe }), gpu, shape);
  const originals = { base: await tokenizerIn(base), instruct: instruct && (await tokenizerIn(instruct)) };
  const tools = { machine, measure: createTextMeasure(assumedCharacters) };
  const kept: AdaptedVocabulary = { size: sizeOf(base, originals.base), tokenizer: originals.base, isNew: true };
  const context: PlanContext = { recipe, base, instruct, originals, vocabulary: kept, tools };
  const stages: PlannedStage[] = [];
  for (const stage of stageNames) {
    if (recipe[stage] === undefined) continue;
    const { state, outcome } = states[stage] ?? { state: "new" };
    if (outcome !== undefined) {
      if (stage === "vocabulary") context.vocabulary = await madeVocabulary(path.join(outcome.folder, "tokenizer"));
      stages.push({ stage, state, tokens: null, flops: 0, seconds: 0, plan: null });
      continue;
    }
    const { vocabulary, ...plan } = await (stagePlans[stage] as PlanStage)(context);
    context.vocabulary = vocabulary ?? context.vocabulary;
    const computed = plan.work.filter(({ flops, tokens }) => flops !== 0 && tokens !== null);
    stages.push({
      ...{ stage, state },
      tokens:
        plan.work.some(({ flops }) => flops === null) || computed.length === 0
          ? null
          : sumCounts(computed.map(({ tokens }) => tokens)),
      flops: plan.work.length === 0 ? null : sumKnown(plan.work.map(({ flops }) => flops)),
      seconds: plan.work.length === 0 ? null : sumKnown(plan.work.map(({ seconds }) => seconds)),
      plan,
    });
  }
  const needed_disk = fullestMoment(stages) + downloads.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  const free_disk = freeDisk(folder);
  const notes = stages.flatMap(({ stage, plan }) => (plan?.notes ?? []).map((note) => `${stage}: ${note}`));
  return {
    name: recipe.name,
    machine: { name: machine.name, basis: machine.basis },
    ...{ stages, downloads, free_disk, needed_disk },
    flops: sumKnown(stages.map(({ flops }) => flops)),
    seconds: sumKnown(stages.map(({ seconds }) => seconds)),
    notes: [...notes, fileRateNote],
    warnings: [
      ...(machine.missing === null ? [] : [`${machine.missing}; --gpu names one to plan for`]),
      ...stages.flatMap(memoryWarnings),
      ...(needed_disk > free_disk
        ? [`the disk of ${folder}: ${gigabytes(needed_disk)} are needed, ${gigabytes(free_disk)} are free`]
        : []),
    ],
  };
}

/** Which stages a run would find done or begun. A stage behind one that is to be done is new: what goes into it is not there yet. */
async function findStates(
  recipe: Recipe,
  base: ModelFacts,
  instruct: ModelFacts | null,
  folder: string,
): Promise<Partial<Record<StageName, StageState<unknown>>>> {
  const states: Partial<Record<StageName, StageState<unknown>>> = {};
  const hashes = openHashCache(path.join(folder, ".hashes.json"));
  const models = { base: base.folder!, ...(instruct?.folder && { instruct: instruct.folder }) };
  const context: RunContext = { recipe, models, folder, progress: () => {}, signal: new AbortController().signal };
  const made: Made = {};
  for (const define of pipelineStages) {
    try {
      const stage = await define(context, made);
      if (stage === undefined) continue;
      const found = findStage<unknown>(stage, folder, hashes);
      states[stage.name] = found;
      if (found.outcome === undefined) break;
      made[stage.name] = found.outcome as never;
    } catch (error) {
      // An input that is not there: nothing can have been made of it.
      if (error instanceof LepError) break;
      throw error;
    }
  }
  return states;
}

/** Hub ids that are not in the cache (of data sets: not with all that is wanted), with the size of weights whose shapes are known. */
async function findDownloads(recipe: Recipe, models: readonly ModelFacts[]): Promise<Download[]> {
  const downloads = new Map<string, Download>();
  for (const { place, folder, config, weightBytes } of models) {
    if (folder === null) downloads.set(place, { name: place, bytes: config && weightBytes * weightsIn(config) });
  }
  const tokenizers = [recipe.vocabulary?.from, ...Object.values(recipe.report?.vocabularies ?? {})];
  for (const place of tokenizers) {
    if (place === undefined || existsSync(place) || downloads.has(place)) continue;
    const isHere = await resolveModelFolder(place, { offline: true }).then(
      () => true,
      () => false,
    );
    if (!isHere) downloads.set(place, { name: place, bytes: null });
  }
  const { data, tasks } = plannedData(recipe.benchmark?.data, recipe.benchmark?.tasks ?? []);
  const isOnHub = !existsSync(data) && parseHubId(data, "dataset") !== undefined;
  if (isOnHub && tasks.some((name) => findDataset(data, registry[name].dataset) === undefined)) {
    downloads.set(data, { name: data, bytes: null });
  }
  return [...downloads.values()];
}

const tokenizerIn = async ({ folder }: ModelFacts): Promise<Tokenizer | null> =>
  folder === null ? null : await loadTokenizer(folder);

function sizeOf({ config }: ModelFacts, tokenizer: Tokenizer | null): Count | null {
  const value = tokenizer?.size ?? config?.vocab_size;
  return value === undefined ? null : { value, certainty: "exact" };
}

async function madeVocabulary(folder: string): Promise<AdaptedVocabulary> {
  const tokenizer = await loadTokenizer(folder);
  return { size: { value: tokenizer.size, certainty: "exact" }, tokenizer, isNew: true };
}

function fullestMoment(stages: readonly PlannedStage[]): number {
  let kept = 0;
  let most = 0;
  for (const { plan } of stages) {
    kept += plan?.disk?.kept ?? 0;
    most = Math.max(most, kept + (plan?.disk?.meanwhile ?? 0));
  }
  return most;
}

/** Of the nearest folder above that is there. */
function freeDisk(folder: string): number {
  let place = path.resolve(folder);
  while (!existsSync(place)) place = path.dirname(place);
  const { bavail, bsize } = statfsSync(place);
  return bavail * bsize;
}

function memoryWarnings({ stage, plan }: PlannedStage): string[] {
  const memory = plan?.memory ?? null;
  if (memory === null || memory.fits) return plan?.warnings ?? [];
  const would =
    memory.remedies.length > 0 ? `; would fit: ${memory.remedies.join("; or ")}` : "; no single option would fit";
  const needs = `${memory.what} needs ${gigabytes(memory.bytes)} of memory, ${gigabytes(memory.free_bytes)} are free${would}`;
  return [...(plan?.warnings ?? []), `${stage}: ${needs}`];
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e10 ? 2 : 1)} GB`;
