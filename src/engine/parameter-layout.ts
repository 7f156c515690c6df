/**
 * What is trained, and where each tensor's numbers lie. Values, gradients and AdamW's moments are flat
 * float32 arrays of one layout, the same for every engine, so that a checkpoint of one can be read by
 * another and the optimiser sees a few long stretches instead of many tensors. Of a table of which only
 * some rows are trained, only those rows are in the arrays.
 */
import type { ModelConfig } from "../model/config.js";
import { embeddingName, headName, tensorShapes } from "../model/tensor-names.js";
import {
  type LoraOptions,
  type RowRange,
  type Table,
  type TargetModule,
  type Trainable,
  targetModules,
} from "./engine.js";

export interface Parameter {
  /** As in the checkpoint; an adapter's as in PEFT: `<module>.lora_A.weight`. */
  name: string;
  /** [rows, columns] as checkpoints have it; of a table, the trained rows only. */
  shape: readonly number[];
  /** Which rows of a table are here; null where the whole tensor is. */
  rows: readonly RowRange[] | null;
  /** Place in the flat arrays, in numbers. */
  offset: number;
  /** Weight decay applies. */
  decay: boolean;
}

export interface ParameterLayout {
  parameters: readonly Parameter[];
  /** Numbers in each flat array. */
  size: number;
}

export interface Trained {
  trainable: Trainable;
  tables: readonly Table[];
  lora: Pick<LoraOptions, "rank" | "target_modules">;
}

/** Every parameter begins at a multiple of this, so that a vector unit can take it from there. */
export const parameterAlignment = 64;

/** Norms and biases first, then linear maps and adapters, then head and input embedding: what AdamW treats alike lies side by side. */
export function parameterLayout(
  config: ModelConfig,
  { trainable, tables, lora }: Trained,
  rows: readonly RowRange[],
): ParameterLayout {
  const wanted: Omit<Parameter, "offset">[] = [];
  const trainsTable = (name: string): boolean =>
    trainable === "full" || (config.tie_word_embeddings ? tables.length > 0 : tables.includes(tableOf(name)));
  for (const [name, shape] of tensorShapes(config)) {
    if (isTable(name)) {
      if (trainsTable(name)) wanted.push(tableParameter(name, shape, rows));
    } else if (trainable === "full") wanted.push({ name, shape, rows: null, decay: shape.length > 1 });
    else if (trainable === "lora") wanted.push(...adapterParameters(name, shape, lora));
  }
  const parameters: Parameter[] = [];
  let size = 0;
  for (const parameter of [0, 1, 2, 3].flatMap((group) => wanted.filter((candidate) => groupOf(candidate) === group))) {
    parameters.push({ ...parameter, offset: size });
    size = roundUp(size + numbersIn(parameter.shape));
  }
  return { parameters, size };
}

/** The input embedding is last: an engine may want room for one more row behind it. */
function groupOf({ name, decay }: { name: string; decay: boolean }): number {
  return !decay ? 0 : name === headName ? 2 : name === embeddingName ? 3 : 1;
}

export const nothingTrained: ParameterLayout = { parameters: [], size: 0 };

export function isTable(name: string): boolean {
  return name === embeddingName || name === headName;
}

/** Name of an adapter's half: `A` [rank, in] or `B` [out, rank]. `linear` is the map's name in the checkpoint. */
export function adapterName(linear: string, half: "A" | "B"): string {
  return linear.replace(/weight$/, `lora_${half}.weight`);
}

export const isAdapter = (name: string): boolean => /\.lora_[AB]\.weight$/.test(name);

/** The linear map of a block that a tensor name stands for, or undefined. */
export function moduleOf(name: string): TargetModule | undefined {
  const part = /^model\.layers\.\d+\.\w+\.(\w+)\.weight$/.exec(name)?.[1];
  return targetModules.find((module) => module === part);
}

export function numbersIn(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

const tableOf = (name: string): Table => (name === embeddingName ? "input" : "head");

function tableParameter(name: string, shape: number[], rows: readonly RowRange[]): Omit<Parameter, "offset"> {
  const [height, width] = shape as [number, number];
  const count = rows.reduce((sum, { first, end }) => sum + end - first, 0);
  if (count === height) return { name, shape, rows: null, decay: true };
  return { name, shape: [count, width], rows, decay: true };
}

function adapterParameters(name: string, shape: number[], lora: Trained["lora"]): Omit<Parameter, "offset">[] {
  const module = moduleOf(name);
  if (module === undefined || !lora.target_modules.includes(module)) return [];
  const [out, input] = shape as [number, number];
  return [
    { name: adapterName(name, "A"), shape: [lora.rank, input], rows: null, decay: true },
    { name: adapterName(name, "B"), shape: [out, lora.rank], rows: null, decay: true },
  ];
}

const roundUp = (size: number): number => Math.ceil(size / parameterAlignment) * parameterAlignment;
