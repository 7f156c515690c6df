/** Which benchmark items stand in what each model of a run was trained on. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { writeFileAtomic } from "../atomic-output.js";
import { selectData } from "../benchmark/data/prepare-data.js";
import { findTrainingOverlap, type TrainingOverlap, uniteOverlaps } from "../benchmark/overlap/training-overlap.js";
import { itemsOfTasks } from "../benchmark/plan-tasks.js";
import { makeFolder } from "../make-folder.js";
import type { Recipe } from "../recipe.js";
import type { RunContext } from "./run-context.js";
import { type TrainingPart, trainingTexts } from "./training-texts.js";

/**
 * By row: the parts of the training that made it. The original models are not there: what they were made from, the recipe does not
 * know; nor are those with new rows and nothing learned.
 */
export function trainedOn({ propagation, calibration }: Recipe): Record<string, TrainingPart[]> {
  const also = propagation?.also.filter((row) => row !== "initialised") ?? [];
  const rows: Record<string, TrainingPart[]> = { adapted: ["pretraining"] };
  if (propagation !== undefined) for (const row of ["propagated", ...also]) rows[row] = ["pretraining"];
  if (calibration !== undefined) {
    rows.calibrated = ["pretraining", "calibration"];
    for (const control of calibration.controls) {
      const isPlain = control === "original" || control === "initialised";
      rows[`control-${control}`] = isPlain ? ["calibration"] : ["pretraining", "calibration"];
    }
  }
  return rows;
}

/** `work`: where a killed run finds what it has read through. */
export async function overlapOfRows(context: RunContext, work: string): Promise<Record<string, TrainingOverlap>> {
  const { recipe } = context;
  const rows = trainedOn(recipe);
  const parts = [...new Set(Object.values(rows).flat())].filter((part) => recipe[part] !== undefined);
  const found: Partial<Record<TrainingPart, TrainingOverlap>> = {};
  for (const part of parts) found[part] = await overlapWith(part, context, work);
  const united = Object.entries(rows).map(([row, trained]) => {
    return [row, uniteOverlaps(trained.flatMap((part) => found[part] ?? []))] as const;
  });
  return Object.fromEntries(
    united.filter((entry): entry is readonly [string, TrainingOverlap] => entry[1] !== undefined),
  );
}

async function overlapWith(
  part: TrainingPart,
  { recipe, progress, signal }: RunContext,
  work: string,
): Promise<TrainingOverlap> {
  const kept = path.join(work, `overlap-${part}.json`);
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, "utf8")) as TrainingOverlap;
  const { limit, ...section } = recipe.benchmark!;
  const { data, tasks } = selectData(section.data, section.tasks);
  const items = await itemsOfTasks(tasks, { data, limit });
  const pieces = trainingTexts[part](recipe);
  const overlap = await findTrainingOverlap({ pieces, items, threads: recipe.threads }, progress, signal);
  makeFolder(work);
  writeFileAtomic(kept, JSON.stringify(overlap));
  return overlap;
}
