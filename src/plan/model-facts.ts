/** What is known of a recipe's model before anything is downloaded. */
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { numbersIn } from "../engine/parameter-layout.js";
import { CheckpointError } from "../errors.js";
import { openCheckpoint } from "../model/checkpoint.js";
import { type ModelConfig, parseModelConfig } from "../model/config.js";
import { bytesPerElement } from "../model/float-formats.js";
import { knownModels } from "../model/known-models.js";
import { resolveModelFolder } from "../model/resolve-model-folder.js";
import { embeddingName, tensorShapes } from "../model/tensor-names.js";

export interface ModelFacts {
  /** As the recipe names it. */
  place: string;
  /** Where it lies; null: it is to be downloaded. */
  folder: string | null;
  /** Null where nothing is known of it. */
  config: ModelConfig | null;
  /** Bytes of a weight in its files. */
  weightBytes: number;
}

/** A hub id that is not in the cache is no fault: a run downloads it. Throws `CheckpointError` for a folder that is no model. */
export async function findModelFacts(place: string): Promise<ModelFacts> {
  const folder = await localFolder(place);
  if (folder === null) {
    const known = knownModels[place];
    return { place, folder, config: known === undefined ? null : parseModelConfig(known, place), weightBytes: 2 };
  }
  const checkpoint = openCheckpoint(folder);
  try {
    const dtype = checkpoint.tensors.get(embeddingName)?.dtype ?? "BF16";
    return { place, folder, config: checkpoint.config, weightBytes: bytesPerElement[dtype] };
  } finally {
    checkpoint.close();
  }
}

async function localFolder(place: string): Promise<string | null> {
  try {
    return await resolveModelFolder(place, { offline: true });
  } catch (error) {
    if (error instanceof CheckpointError && error.code === "checkpoint.offline") return null;
    throw error;
  }
}

/** Numbers of a model with `rows` rows in embedding and head. */
export function weightsIn(config: ModelConfig, rows = config.vocab_size): number {
  return [...tensorShapes({ ...config, vocab_size: rows }).values()].reduce((sum, shape) => sum + numbersIn(shape), 0);
}

/** The same in bytes as it is written. */
export const modelBytes = ({ weightBytes }: ModelFacts, config: ModelConfig, rows: number): number =>
  weightBytes * weightsIn(config, rows);

/** The configuration with the rows of the new vocabulary, and what config.json would say. */
export function withRows(config: ModelConfig, rows: number): ModelConfig {
  return { ...config, vocab_size: rows, raw: { ...config.raw, vocab_size: rows, ...endsWithin(config, rows) } };
}

/** Ids of a larger vocabulary may lie beyond the new one; which they become does not matter here. */
function endsWithin({ raw }: ModelConfig, rows: number): Record<string, unknown> {
  const fits = (id: unknown): boolean => typeof id !== "number" || id < rows;
  const keys = ["bos_token_id", "eos_token_id"].filter((key) => [raw[key]].flat().some((id) => !fits(id)));
  return Object.fromEntries(keys.map((key) => [key, null]));
}

/** Bytes of all files of a folder, links followed. */
export function bytesOfFolder(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => {
    const stats = statSync(path.join(folder, name));
    return sum + (stats.isFile() ? stats.size : 0);
  }, 0);
}
