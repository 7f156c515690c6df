/**
 * The trained weights. Values, gradients and AdamW's two moments are four flat float32 arrays of one
 * layout, so that the optimiser and a checkpoint see a few long stretches instead of many tensors.
 */
import type { RowRange } from "../engine.js";
import type { Backend } from "./backend.js";
import { ggmlType, type Pointer } from "./functions.js";
import { allocate, placeInside } from "./memory.js";
import type { Ops, Tensor } from "./tensor.js";
import { elements } from "./tensor.js";

export interface ParameterSpec {
  name: string;
  /** ggml's order: [in, out]. */
  shape: number[];
  /** Which columns of `shape` (rows of the checkpoint's tensor) the optimiser may change; null: all. */
  trained: readonly RowRange[] | null;
  /** Weight decay applies. */
  decay: boolean;
}

/** A stretch of the flat arrays that the optimiser updates in one go, seen as a matrix. */
export interface Stretch {
  offset: number;
  shape: [number, number];
  decay: boolean;
}

export interface Parameters {
  names: string[];
  /** Numbers in each flat array. */
  size: number;
  values: Tensor;
  gradients: Tensor;
  firstMoments: Tensor;
  secondMoments: Tensor;
  stretches: Stretch[];
  /** A leaf that shares memory with the parameter. */
  value(ops: Ops, name: string): Tensor;
  /** Where a parameter's gradient belongs, as a leaf. */
  gradient(ops: Ops, name: string): Tensor;
  /** Makes a graph node write its result into the parameter's gradient. */
  intoGradient(node: Tensor, name: string): Tensor;
  offset(name: string): number;
  shape(name: string): number[];
  buffer: Pointer;
  bytes: number;
}

/** A row of this many numbers is what a thread takes at a time. */
const rowLength = 64;

export function createParameters(backend: Backend, specs: ParameterSpec[]): Parameters {
  const offsets = new Map<string, { offset: number; shape: number[] }>();
  const stretches: Stretch[] = [];
  let size = 0;
  for (const spec of specs) {
    offsets.set(spec.name, { offset: size, shape: spec.shape });
    addStretches(stretches, size, spec);
    size = roundUp(size + elements(spec.shape), rowLength);
  }
  const flat = (ops: Ops) => ops.tensor(ggmlType.F32, size);
  const memory = allocate(backend, 4, (ops) => ({
    values: flat(ops),
    gradients: flat(ops),
    firstMoments: flat(ops),
    secondMoments: flat(ops),
  }));
  const find = (name: string) => {
    const found = offsets.get(name);
    if (found === undefined) throw new RangeError(`${name} is not trained`);
    return found;
  };
  const leaf = (ops: Ops, name: string, host: Tensor): Tensor => {
    const { offset, shape } = find(name);
    return placeInside(backend, ops.tensor(ggmlType.F32, ...shape), host, memory.buffer, offset);
  };
  return {
    ...memory,
    names: specs.map((spec) => spec.name),
    size,
    stretches,
    value: (ops, name) => leaf(ops, name, memory.values),
    gradient: (ops, name) => leaf(ops, name, memory.gradients),
    intoGradient: (node, name) => placeInside(backend, node, memory.gradients, memory.buffer, find(name).offset),
    offset: (name) => find(name).offset,
    shape: (name) => find(name).shape,
  };
}

/** The same parameters with a gradient array of their own, for a pass that runs beside another. */
export function withOwnGradients(backend: Backend, parameters: Parameters): Parameters {
  const memory = allocate(backend, 1, (ops) => ({ gradients: ops.tensor(ggmlType.F32, parameters.size) }));
  const place = (tensor: Tensor, name: string): Tensor =>
    placeInside(backend, tensor, memory.gradients, memory.buffer, parameters.offset(name));
  return {
    ...parameters,
    gradients: memory.gradients,
    gradient: (ops, name) => place(ops.tensor(ggmlType.F32, ...parameters.shape(name)), name),
    intoGradient: place,
    buffer: memory.buffer,
    bytes: memory.bytes,
  };
}

/** Joins whole parameters that lie side by side and are treated alike; gaps of alignment hold zeros, which stay zeros. */
function addStretches(stretches: Stretch[], offset: number, { shape, trained, decay }: ParameterSpec): void {
  if (trained !== null) {
    const width = elements(shape) / shape.at(-1)!;
    for (const { first, end } of trained) {
      stretches.push({ offset: offset + first * width, shape: [width, end - first], decay });
    }
    return;
  }
  const rows = Math.ceil(elements(shape) / rowLength);
  const last = stretches.at(-1);
  const ends = last === undefined ? -1 : last.offset + last.shape[0] * last.shape[1];
  if (last !== undefined && last.shape[0] === rowLength && last.decay === decay && ends === offset) {
    last.shape[1] += rows;
  } else {
    stretches.push({ offset, shape: [rowLength, rows], decay });
  }
}

function roundUp(n: number, multiple: number): number {
  return Math.ceil(n / multiple) * multiple;
}
