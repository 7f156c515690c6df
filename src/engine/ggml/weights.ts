/**
 * The model on the device. Trained tensors live in the parameters' flat arrays (float32); frozen ones in
 * a buffer of their own, each linear map together with its transpose where gradients have to pass
 * through it, so that every product is the kind that devices are fast at.
 */
import type { Checkpoint } from "../../model/checkpoint.js";
import { float32ToBf16 } from "../../model/float-formats.js";
import { embeddingName, headName, tensorShapes } from "../../model/tensor-names.js";
import type { Precision, RowRange, Trainable } from "../engine.js";
import type { Backend } from "./backend.js";

import { ggmlType } from "./functions.js";
import { buildGraph } from "./graph.js";
import { allocate, type DeviceBuffer, upload } from "./memory.js";
import { createParameters, type ParameterSpec, type Parameters } from "./parameters.js";
import type { ElementType, Tensor } from "./tensor.js";

export interface Weights {
  /** Trained tensors; null in an evaluation. */
  parameters: Parameters | null;
  /** Frozen tensors by their name in the checkpoint. */
  frozen: ReadonlyMap<string, Tensor>;
  /** Transposes of frozen linear maps, by the same name. */
  transposed: ReadonlyMap<string, Tensor>;
  tied: boolean;
  bytes: number;
}

/** `trainable` null: nothing is trained. `rows`: rows of embedding and head that may change. */
export async function loadWeights(
  backend: Backend,
  checkpoint: Checkpoint,
  trainable: Trainable | null,
  precision: Precision,
  rows: readonly RowRange[],
): Promise<Weights> {
  const shapes = new Map([...tensorShapes(checkpoint.config)].map(([name, shape]) => [name, [...shape].reverse()]));
  const trained = [...shapes.keys()].filter((name) => isTrained(name, trainable));
  const specs = trained.map((name) => parameterSpec(name, shapes.get(name)!, rows));
  const parameters = specs.length === 0 ? null : createParameters(backend, inGroups(specs));
  const frozenNames = [...shapes.keys()].filter((name) => !isTrained(name, trainable));
  const frozen = allocateFrozen(backend, frozenNames, shapes, precision, trainable !== null);
  for (const name of frozenNames) {
    const data = checkpoint.readFloat32(name);
    const tensor = frozen.tensors.get(name)!;
    upload(backend, tensor, frozen.types.get(name) === ggmlType.BF16 ? float32ToBf16(data) : data);
  }
  await transposeAll(backend, frozen.tensors, frozen.transposed);
  const weights: Weights = {
    parameters,
    frozen: frozen.tensors,
    transposed: frozen.transposed,
    tied: checkpoint.config.tie_word_embeddings,
    bytes: frozen.bytes + (parameters?.bytes ?? 0),
  };
  resetParameters(backend, weights, checkpoint);
  // What was read lies on the device now. Left to itself, the copy would count until training ends.
  globalThis.gc?.();
  return weights;
}

/** Puts the checkpoint's values (again) into the trained tensors. */
export function resetParameters(backend: Backend, { parameters }: Weights, checkpoint: Checkpoint): void {
  if (parameters === null) return;
  for (const name of parameters.names) {
    upload(backend, parameters.values, checkpoint.readFloat32(name), 4 * parameters.offset(name));
  }
}

function isTrained(name: string, trainable: Trainable | null): boolean {
  return trainable === "full" || (trainable === "embeddings" && isTable(name));
}

function isTable(name: string): boolean {
  return name === embeddingName || name === headName;
}

function parameterSpec(name: string, shape: number[], rows: readonly RowRange[]): ParameterSpec {
  const everyRow = rows.length === 1 && rows[0]!.first === 0 && rows[0]!.end === shape.at(-1);
  return { name, shape, trained: isTable(name) && !everyRow ? rows : null, decay: shape.length > 1 };
}

/** Norms first, then linear maps, then the tables: what AdamW treats alike lies side by side. */
function inGroups(specs: ParameterSpec[]): ParameterSpec[] {
  const group = (spec: ParameterSpec): number => (!spec.decay ? 0 : isTable(spec.name) ? 2 : 1);
  return specs
    .map((spec, i) => ({ spec, i }))
    .sort((a, b) => group(a.spec) - group(b.spec) || a.i - b.i)
    .map(({ spec }) => spec);
}

function allocateFrozen(
  backend: Backend,
  names: string[],
  shapes: ReadonlyMap<string, number[]>,
  precision: Precision,
  transposes: boolean,
): DeviceBuffer & { tensors: Map<string, Tensor>; transposed: Map<string, Tensor>; types: Map<string, ElementType> } {
  const matrixType = precision === "bf16" ? ggmlType.BF16 : ggmlType.F32;
  const types = new Map<string, ElementType>();
  return allocate(backend, 2 * names.length + 1, (ops) => {
    const tensors = new Map<string, Tensor>();
    const transposed = new Map<string, Tensor>();
    ops.tensor(ggmlType.F32, 1); // a buffer cannot be empty
    for (const name of names) {
      const shape = shapes.get(name)!;
      const type = shape.length > 1 ? matrixType : ggmlType.F32;
      types.set(name, type);
      tensors.set(name, ops.tensor(type, ...shape));
      if (transposes && shape.length > 1) transposed.set(name, ops.tensor(type, shape[1]!, shape[0]!));
    }
    return { tensors, transposed, types };
  });
}

async function transposeAll(
  backend: Backend,
  from: ReadonlyMap<string, Tensor>,
  to: ReadonlyMap<string, Tensor>,
): Promise<void> {
  if (to.size === 0) return;
  const graph = buildGraph(backend, 4 * to.size, (ops, want) => {
    for (const [name, target] of to) want(ops.copy(ops.transpose(from.get(name)!), target));
  });
  await graph.compute();
  graph.free();
}
