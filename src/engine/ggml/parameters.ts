/** The trained numbers on the device: the flat arrays of the layout, and each parameter as a tensor inside them. */
import { numbersIn, type Parameter, type ParameterLayout, parameterAlignment } from "../parameter-layout.js";
import type { FlatArray } from "../session.js";
import type { Backend } from "./backend.js";
import { ggmlType, type Pointer } from "./functions.js";
import { allocate, placeInside } from "./memory.js";
import type { Ops, Tensor } from "./tensor.js";

/** A stretch of the flat arrays that the optimiser updates in one go, seen as a matrix. */
export interface Stretch {
  offset: number;
  shape: [number, number];
  decay: boolean;
}

export interface Parameters {
  layout: ParameterLayout;
  arrays: Record<FlatArray, Tensor>;
  stretches: Stretch[];
  has(name: string): boolean;
  /** A leaf that shares memory with the parameter, in ggml's order: [in, out]. */
  value(ops: Ops, name: string): Tensor;
  /** Where a parameter's gradient belongs, as a leaf, with `spare` more rows behind it. */
  gradient(ops: Ops, name: string, spare?: number): Tensor;
  /** Makes a graph node write its result into the parameter's gradient. */
  intoGradient(node: Tensor, name: string): Tensor;
  /** Memory of the values and moments, and of the gradients, which a lane has of its own. */
  buffers: { state: Pointer; gradients: Pointer };
  bytes: number;
}

/** `spare`: numbers of room behind the gradients, for rows that are thrown away. */
export function createParameters(backend: Backend, layout: ParameterLayout, spare: number): Parameters {
  const { size } = layout;
  const flat = (ops: Ops) => ops.tensor(ggmlType.F32, size);
  const state = allocate(backend, 3, (ops) => ({
    values: flat(ops),
    first_moments: flat(ops),
    second_moments: flat(ops),
  }));
  const gradients = allocate(backend, 1, (ops) => ({ gradients: ops.tensor(ggmlType.F32, size + spare) }));
  const { values, first_moments, second_moments } = state;
  return {
    layout,
    arrays: { values, first_moments, second_moments, gradients: gradients.gradients },
    stretches: stretchesOf(layout),
    ...access(backend, layout, values, state.buffer, gradients.gradients, gradients.buffer),
    buffers: { state: state.buffer, gradients: gradients.buffer },
    bytes: state.bytes + gradients.bytes,
  };
}

/** The same parameters with a gradient array of their own, for a pass that runs beside another. */
export function withOwnGradients(backend: Backend, parameters: Parameters): Parameters {
  const { layout, arrays, buffers } = parameters;
  const own = allocate(backend, 1, (ops) => ({ gradients: ops.tensor(ggmlType.F32, arrays.gradients.shape[0]) }));
  return {
    ...parameters,
    arrays: { ...arrays, gradients: own.gradients },
    ...access(backend, layout, arrays.values, buffers.state, own.gradients, own.buffer),
    buffers: { ...buffers, gradients: own.buffer },
    bytes: own.bytes,
  };
}

function access(
  backend: Backend,
  { parameters }: ParameterLayout,
  values: Tensor,
  valuesBuffer: Pointer,
  gradients: Tensor,
  gradientsBuffer: Pointer,
): Pick<Parameters, "has" | "value" | "gradient" | "intoGradient"> {
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const find = (name: string): Parameter => {
    const found = byName.get(name);
    if (found === undefined) throw new RangeError(`${name} is not trained`);
    return found;
  };
  const leaf = (ops: Ops, { shape }: Parameter, spare = 0): Tensor => {
    const [columns, rows] = [...shape].reverse();
    return rows === undefined ? ops.tensor(ggmlType.F32, columns!) : ops.tensor(ggmlType.F32, columns!, rows + spare);
  };
  return {
    has: (name) => byName.has(name),
    value: (ops, name) => placeInside(backend, leaf(ops, find(name)), values, valuesBuffer, find(name).offset),
    gradient: (ops, name, spare) =>
      placeInside(backend, leaf(ops, find(name), spare), gradients, gradientsBuffer, find(name).offset),
    intoGradient: (node, name) => placeInside(backend, node, gradients, gradientsBuffer, find(name).offset),
  };
}

/** Joins parameters that lie side by side and are treated alike; gaps of alignment hold zeros, which stay zeros. */
function stretchesOf({ parameters }: ParameterLayout): Stretch[] {
  const stretches: Stretch[] = [];
  for (const { offset, shape, decay } of parameters) {
    const rows = Math.ceil(numbersIn(shape) / parameterAlignment);
    const last = stretches.at(-1);
    if (last?.decay === decay) last.shape[1] += rows;
    else stretches.push({ offset, shape: [parameterAlignment, rows], decay });
  }
  return stretches;
}
