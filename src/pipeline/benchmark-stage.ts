import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { writeFileAtomic } from "../atomic-output.js";
import { noResult } from "../benchmark/benchmark-result.js";
import { findDataset } from "../benchmark/data/find-dataset.js";
import { selectData, shownData } from "../benchmark/data/prepare-data.js";
import { evaluate } from "../benchmark/evaluate.js";
import { leaderboard } from "../benchmark/leaderboard.js";
import { tasks as taskRegistry } from "../benchmark/registry.js";
import { corpusFiles, validationCorpus } from "./corpora.js";
import { heldOutBits, heldOutWindows } from "./held-out-bits.js";
import {
  type BenchmarkStageResult,
  computeOptions,
  type DefineStage,
  type Made,
  type RunContext,
} from "./run-context.js";
import { overlapOfRows } from "./training-overlap.js";
import { trainingFiles } from "./training-texts.js";

/** The base models, by the name of their row. */
function baseRows({ models }: RunContext, { pretraining }: Made): Record<string, string> {
  if (pretraining === undefined) return { original: models.base };
  const made = (name: string): string => path.join(pretraining.folder, name);
  return { original: models.base, initialised: made("initialised"), adapted: made("adapted") };
}

/** The original instruct model and every one that the run has made of it, by the name of its row. */
function instructRows({ models }: RunContext, { propagation, calibration }: Made): Record<string, string> {
  const rows: Record<string, string> = {};
  if (models.instruct !== undefined) rows.instruct = models.instruct;
  for (const stage of [propagation, calibration]) {
    for (const row of Object.keys(stage?.result ?? {})) rows[row] = path.join(stage!.folder, row);
  }
  return rows;
}

/** What pretraining has measured on the same windows. */
function measuredBits({ pretraining }: Made): Record<string, number> {
  if (pretraining === undefined) return {};
  const { bits_per_character, original_bits_per_character } = pretraining.result;
  return {
    original: original_bits_per_character,
    ...(bits_per_character && { initialised: bits_per_character.before, adapted: bits_per_character.after }),
  };
}

/**
 * Stage 5: every model scored into the database, with bits per character of the held-out text and the items that its training
 * text has; the leaderboard.
 */
export const benchmarkStage: DefineStage<BenchmarkStageResult> = async (context, made) => {
  const { recipe, folder: runFolder, progress, signal } = context;
  const section = recipe.benchmark;
  if (section === undefined) return undefined;
  const { prompts, few_shot, limit, database } = section;
  const { data, tasks } = selectData(section.data, section.tasks);
  const bases = section.bases === "none" ? {} : baseRows(context, made);
  const rows = { ...bases, ...instructRows(context, made) };
  const known = measuredBits(made);
  const db = database ?? path.join(runFolder, "results.sqlite");
  return {
    name: "benchmark",
    version: 2,
    inputs: {
      ...rows,
      training: tasks.length > 0 ? await trainingFiles(recipe) : [],
      data: tasks.flatMap((name) => Object.values(findDataset(data, taskRegistry[name].dataset) ?? {}).flat()),
      ...(recipe.corpus && { validation: await corpusFiles(validationCorpus(recipe)) }),
    },
    options: { ...section, tasks, data: section.data === undefined ? "darumeru-mini" : null, database: null },
    seed: recipe.seed,
    needs: tasks.length > 0 ? [db] : [],
    run: async (folder, work) => {
      const compute = computeOptions(context);
      if (tasks.length > 0 && section.data === undefined) {
        progress({ task: "benchmark", done: 0, total: 0, unit: "items", warning: shownData(data) });
      }
      const result: BenchmarkStageResult = {};
      const overlaps = tasks.length > 0 ? await overlapOfRows(context, work) : {};
      for (const [name, model] of Object.entries(rows)) {
        if (tasks.length === 0 || (section.bases === "bits" && name in bases)) {
          const bits_per_character = recipe.corpus === undefined ? null : await measureBits(name, model, work);
          result[name] = { ...noResult(), bits_per_character };
          continue;
        }
        const scored = await evaluate(
          {
            ...{ model, name, tasks, data, db, prompts, few_shot, limit, compute, signal },
            work: path.join(work, "gguf"),
            corpus: recipe.corpus && heldOutWindows(recipe),
            overlap: overlaps[name],
          },
          progress,
        );
        result[name] = { ...scored, bits_per_character: known[name] ?? scored.measures.bits_per_character ?? null };
      }
      if (tasks.length > 0) leaderboard({ db, out: folder });
      return result;
    },
  };

  async function measureBits(name: string, model: string, work: string): Promise<number> {
    if (known[name] !== undefined) return known[name];
    const kept = path.join(work, `${name}.bits.json`);
    if (existsSync(kept)) return JSON.parse(readFileSync(kept, "utf8")) as number;
    const bits = await heldOutBits(context, model, path.join(work, name));
    writeFileAtomic(kept, JSON.stringify(bits));
    return bits;
  }
};
