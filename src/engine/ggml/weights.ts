/**
 * The model on the device. Trained numbers live in the parameters' flat arrays (float32); frozen tensors
 * are read from the files piece by piece, so that the host never holds one whole. A frozen linear map through which
 * gradients have to pass has its transpose beside it where there is room, so that every product is the
 * kind that devices are fast at; without room the transpose is made when it is needed.
 */
import type { Checkpoint } from "../../model/checkpoint.js";
import type { ModelConfig } from "../../model/config.js";
import { embeddingName, headName, tensorShapes } from "../../model/tensor-names.js";
import type { Precision, RowRange } from "../engine.js";
import { initialValues } from "../initial-values.js";
import { isTable, type Parameter, type ParameterLayout } from "../parameter-layout.js";
import type { Backend } from "./backend.js";
import { ggmlType } from "./functions.js";
import { allocate, upload } from "./memory.js";
import { createParameters, type Parameters } from "./parameters.js";
import { storeRows } from "./store-rows.js";
import { createTableRows, frozenRows, type TableRows } from "./table-rows.js";
import type { ElementType, Tensor } from "./tensor.js";
import { transposeAll } from "./transpose-all.js";

/** A table in two parts: see table-rows.ts. */
export interface TableWeights extends TableRows {
  /** Name in the checkpoint, and of the trained rows among the parameters. */
  name: string;
  width: number;
  /** [width, frozen], or null where every row is trained. */
  frozenPart: Tensor | null;
}

export interface Weights {
  /** Null where nothing is trained. */
  parameters: Parameters | null;
  /** Frozen tensors by their name in the checkpoint; the frozen part of a table under the table's name. */
  frozen: ReadonlyMap<string, Tensor>;
  /** Transposes that are kept, by the same name. */
  transposed: ReadonlyMap<string, Tensor>;
  /** The same object twice where they are tied. */
  tables: { input: TableWeights; head: TableWeights };
  /** Whether gradients have to pass through the blocks. */
  reachesBlocks: boolean;
}

export interface WeightsOptions {
  precision: Precision;
  keepTransposes: boolean;
  seed: number;
}

/** A backend that only plans is content with the configuration. */
export async function loadWeights(
  backend: Backend,
  checkpoint: Checkpoint | Pick<Checkpoint, "config">,
  layout: ParameterLayout,
  options: WeightsOptions,
): Promise<Weights> {
  const { config } = checkpoint;
  const byName = new Map(layout.parameters.map((parameter) => [parameter.name, parameter]));
  const specs = frozenSpecs(config, byName, options.precision);
  const width = config.hidden_size;
  const parameters = layout.size === 0 ? null : createParameters(backend, layout, width);
  const reachesBlocks = layout.parameters.some(({ name }) => name !== headName || config.tie_word_embeddings);
  const frozen = allocate(backend, "weights", specs.length + 1, (ops) => {
    ops.tensor(ggmlType.F32, 1); // a buffer cannot be empty
    return { tensors: new Map(specs.map(({ name, type, shape }) => [name, ops.tensor(type, ...shape)])) };
  }).tensors;
  if (!backend.planning && "readRows" in checkpoint) {
    for (const { name, type, ranges } of specs) storeRows(backend, frozen.get(name)!, type, checkpoint, name, ranges);
    for (const [offset, piece] of initialValues(layout, checkpoint, options.seed)) {
      upload(backend, parameters!.arrays.values.tensor, piece, 4 * offset);
    }
  }
  const isTurned = ({ name, shape, type }: FrozenSpec): boolean =>
    shape.length > 1 && type !== ggmlType.Q8_0 && (name !== embeddingName || config.tie_word_embeddings);
  const turned = options.keepTransposes && reachesBlocks ? specs.filter(isTurned) : [];
  const transposed = await transposeAll(backend, turned, frozen);
  const table = (name: string): TableWeights => {
    const trained = byName.get(name);
    const rows = createTableRows(config.vocab_size, trained === undefined ? [] : trained.rows);
    return { ...rows, name, width, frozenPart: frozen.get(name) ?? null };
  };
  const input = table(embeddingName);
  const tables = { input, head: config.tie_word_embeddings ? input : table(headName) };
  return { parameters, frozen, transposed, tables, reachesBlocks };
}

export interface FrozenSpec {
  name: string;
  /** In ggml's order. */
  shape: number[];
  type: ElementType;
  /** Rows of the checkpoint's tensor that are kept. */
  ranges: readonly RowRange[];
}

function frozenSpecs(config: ModelConfig, trained: Map<string, Parameter>, precision: Precision): FrozenSpec[] {
  const specs: FrozenSpec[] = [];
  for (const [name, shape] of tensorShapes(config)) {
    const parameter = trained.get(name);
    const [rows, columns] = shape as [number, number?];
    if (columns === undefined) {
      if (parameter === undefined) specs.push({ name, shape: [rows], type: ggmlType.F32, ranges: [] });
      continue;
    }
    const { ranges, count } = frozenRows(rows, parameter === undefined ? [] : parameter.rows);
    if (count === 0) continue;
    specs.push({ name, shape: [columns, count], type: matrixType(name, columns, precision), ranges });
  }
  return specs;
}

/** Q8_0 works on blocks of 32 numbers. The tables stay in bf16: a row of them is looked up, not only multiplied. */
function matrixType(name: string, columns: number, precision: Precision): ElementType {
  if (precision === "f32") return ggmlType.F32;
  return precision === "q8_0" && !isTable(name) && columns % 32 === 0 ? ggmlType.Q8_0 : ggmlType.BF16;
}
