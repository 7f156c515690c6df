import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { writeFileAtomic } from "../atomic-output.js";
import { evaluate } from "../benchmark/evaluate.js";
import { averages } from "../benchmark/groups.js";
import { leaderboard } from "../benchmark/leaderboard.js";
import { tasks as taskRegistry } from "../benchmark/registry.js";
import { corpusFiles, validationCorpus } from "./corpora.js";
import { heldOutBits } from "./held-out-bits.js";
import {
  type BenchmarkStageResult,
  computeOptions,
  type DefineStage,
  type Made,
  type RunContext,
} from "./run-context.js";

/** Every model that the run has made, and the originals, by the name of its row. */
function benchmarkRows({ recipe, models }: RunContext, made: Made): Record<string, string> {
  const { pretraining, propagation, calibration } = made;
  const rows: Record<string, string> = {};
  if (recipe.benchmark!.bases !== "none") {
    rows.original = models.base;
    if (pretraining !== undefined) {
      rows.initialised = path.join(pretraining.folder, "initialised");
      rows.adapted = path.join(pretraining.folder, "adapted");
    }
  }
  if (models.instruct !== undefined) rows.instruct = models.instruct;
  for (const stage of [propagation, calibration]) {
    for (const row of Object.keys(stage?.result ?? {})) rows[row] = path.join(stage!.folder, row);
  }
  return rows;
}

const isBase = (row: string): boolean => ["original", "initialised", "adapted"].includes(row);

/** What pretraining has measured on the same windows. */
function measuredBits({ pretraining }: Made): Record<string, number> {
  if (pretraining === undefined) return {};
  const { bits_per_character, original_bits_per_character } = pretraining.result;
  return {
    original: original_bits_per_character,
    ...(bits_per_character && { initialised: bits_per_character.before, adapted: bits_per_character.after }),
  };
}

/** Stage 5: every model scored into the database, the leaderboard, and bits per character of the held-out text. */
export const benchmarkStage: DefineStage<BenchmarkStageResult> = async (context, made) => {
  const { recipe, folder: runFolder, progress, signal } = context;
  const section = recipe.benchmark;
  if (section === undefined) return undefined;
  const rows = benchmarkRows(context, made);
  const known = measuredBits(made);
  const { tasks, data, few_shot, limit, database, bases } = section;
  const db = database ?? path.join(runFolder, "results.sqlite");
  return {
    name: "benchmark",
    version: 1,
    inputs: {
      ...rows,
      ...(data !== undefined && { data: tasks.map((name) => path.join(data, taskRegistry[name].dataset)) }),
      ...(recipe.corpus && { validation: await corpusFiles(validationCorpus(recipe)) }),
    },
    options: { ...section, data: null, database: null },
    seed: recipe.seed,
    needs: tasks.length > 0 ? [db] : [],
    run: async (folder, work) => {
      const compute = computeOptions(context);
      const result: BenchmarkStageResult = {};
      for (const [name, model] of Object.entries(rows)) {
        const bits_per_character = recipe.corpus === undefined ? null : await measureBits(name, model, work);
        const measured = bases === "bits" && isBase(name) ? [] : tasks;
        const scored =
          measured.length === 0
            ? { ...averages({}), tasks: {}, standard_errors: {}, items: {} }
            : await evaluate(
                {
                  model,
                  name,
                  tasks: measured,
                  data: data!,
                  db,
                  few_shot,
                  limit,
                  compute,
                  signal,
                  work: path.join(work, "gguf"),
                },
                progress,
              );
        result[name] = { ...scored, bits_per_character };
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
