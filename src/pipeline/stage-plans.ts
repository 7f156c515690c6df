/** What each stage of a recipe will take: a recipe's sections, handed to the plan that lies beside each stage. */
import { plannedData } from "../benchmark/data/prepare-data.js";
import { type PlannedModel, planBenchmark } from "../benchmark/plan-benchmark.js";
import { planCalibration } from "../calibration/plan-calibration.js";
import { type ModelFacts, withRows } from "../plan/model-facts.js";
import type { AdaptedVocabulary, PlanTools } from "../plan/plan-tools.js";
import type { StagePlan } from "../plan/stage-plan.js";
import { pretrainingSchema } from "../pretraining/options.js";
import { planPretraining } from "../pretraining/plan-pretraining.js";
import { planPropagation } from "../propagation/plan-propagation.js";
import type { Recipe } from "../recipe.js";
import type { StageName } from "../stage.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { planVocabulary } from "../vocabulary/plan-vocabulary.js";
import { trainingCorpora, trainingCorpus, validationCorpus } from "./corpora.js";

export interface PlanContext {
  recipe: Recipe;
  base: ModelFacts;
  /** The recipe may have none. */
  instruct: ModelFacts | null;
  /** Tokenizers of both, where they are here. */
  originals: { base: Tokenizer | null; instruct: Tokenizer | null };
  /** As far as the stages before have made or planned it. */
  vocabulary: AdaptedVocabulary;
  tools: PlanTools;
}

/** A stage's plan; the vocabulary's says what vocabulary the later ones have. Only called where the recipe has the section. */
export type PlanStage = (context: PlanContext) => Promise<StagePlan & { vocabulary?: AdaptedVocabulary }>;

export const stagePlans = {
  vocabulary: ({ recipe, base, originals, tools }) =>
    planVocabulary(
      {
        section: recipe.vocabulary!,
        corpus: trainingCorpus(recipe),
        base: base.folder,
        baseSize: originals.base?.size ?? base.config?.vocab_size ?? null,
        original: originals.base,
        threads: recipe.threads,
      },
      tools,
    ),
  pretraining: ({ recipe, base, originals, vocabulary, tools }) =>
    planPretraining(
      {
        ...{ base, original: originals.base, vocabulary, seed: recipe.seed },
        options: recipe.pretraining!,
        corpora: trainingCorpora(recipe),
        validation: validationCorpus(recipe),
      },
      tools,
    ),
  propagation: ({ recipe, instruct, vocabulary }) => {
    const { method, also } = recipe.propagation!;
    const methods = [...new Set([method, ...also])];
    return planPropagation({ methods, instruct: instruct!, vocabulary, threads: recipe.threads });
  },
  calibration: ({ recipe, instruct, originals, vocabulary, tools }) =>
    planCalibration(
      {
        ...{ instruct: instruct!, original: originals.instruct, vocabulary, seed: recipe.seed },
        options: recipe.calibration!,
      },
      tools,
    ),
  benchmark: async (context) => {
    const { recipe, tools } = context;
    const { prompts, few_shot, limit } = recipe.benchmark!;
    const { data, tasks } = plannedData(recipe.benchmark!.data, recipe.benchmark!.tasks);
    const validation = recipe.corpus && (await tools.measure(validationCorpus(recipe)));
    const { window_characters, max_windows } = recipe.pretraining ?? pretrainingSchema.parse({});
    const most = recipe.corpus === undefined ? 0 : max_windows * window_characters;
    return planBenchmark(
      {
        ...{ tasks, data, prompts, few_shot, limit, models: scoredModels(context) },
        windows: Math.min(most, validation?.characters ?? most),
        texts: validation?.texts ?? [],
      },
      tools,
    );
  },
} as const satisfies Record<StageName, PlanStage>;

/** The rows of the leaderboard, as the benchmark stage has them. */
function scoredModels({ recipe, base, instruct, originals, vocabulary }: PlanContext): PlannedModel[] {
  const { bases } = recipe.benchmark!;
  const models: PlannedModel[] = [];
  const add = (
    name: string,
    { config, weightBytes }: ModelFacts,
    adapted: boolean,
    of: Partial<PlannedModel>,
  ): void => {
    const { size } = vocabulary;
    const own = adapted && config !== null && size !== null ? withRows(config, size.value) : config;
    const tokenizer = instruct === null ? originals.base : (originals.instruct ?? originals.base);
    models.push({
      name,
      config: adapted && size === null ? null : own,
      vocabulary: adapted ? vocabulary : { tokenizer, isNew: true },
      ...{ scored: true, measured: true, type: weightBytes === 4 ? "f32" : "bf16" },
      ...of,
    });
  };
  if (bases !== "none") {
    const of = { scored: bases === "tasks", measured: recipe.pretraining === undefined };
    add("original", base, false, of);
    if (recipe.pretraining !== undefined) for (const name of ["initialised", "adapted"]) add(name, base, true, of);
  }
  if (instruct === null) return models;
  add("instruct", instruct, false, {});
  const { propagation, calibration } = recipe;
  if (propagation !== undefined) {
    for (const name of new Set(["propagated", ...propagation.also.filter((also) => also !== propagation.method)])) {
      add(name === "initialised" ? "instruct-initialised" : name, instruct, true, {});
    }
  }
  if (calibration !== undefined) {
    add("calibrated", instruct, true, {});
    for (const control of calibration.controls) add(`control-${control}`, instruct, control !== "original", {});
  }
  return models;
}
