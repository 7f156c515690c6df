/** The trained numbers on the device: the flat arrays of the layout, and each parameter as a tensor inside them. */
import { isTable, numbersIn, type Parameter, type ParameterLayout, parameterAlignment } from "../parameter-layout.js";
import type { FlatArray } from "../session.js";
import type { Backend } from "./backend.js";
import { ggmlType, type Pointer } from "./functions.js";
import { allocate, placeInside } from "./memory.js";
import type { MemoryUse } from "./memory-use.js";
import type { Ops, Tensor } from "./tensor.js";

/** A stretch of the flat arrays that the optimiser updates in one go, seen as a matrix. */
export interface Stretch {
  offset: number;
  shape: [number, number];
  decay: boolean;
}

/** A flat array and the buffer that it is in. */
export interface HostArray {
  tensor: Tensor;
  buffer: Pointer;
}

export interface Parameters {
  layout: ParameterLayout;
  arrays: Record<FlatArray, HostArray>;
  stretches: Stretch[];
  has(name: string): boolean;
  /** A leaf that shares memory with the parameter, in ggml's order: [in, out]. */
  value(ops: Ops, name: string): Tensor;
  /** Where a parameter's gradient belongs, as a leaf, with `spare` more rows behind it. */
  gradient(ops: Ops, name: string, spare?: number): Tensor;
  /** Makes a graph node write its result into the parameter's gradient. */
  intoGradient(node: Tensor, name: string): Tensor;
}

/**
 * AdamW reads and writes the same place of all four arrays. At distances of a power of two these places fight for the same
 * lines of the cache (measured: 12 ns a number instead of 3), so each array begins a page further into its memory.
 */
const apart = 1024;

/** `spare`: numbers of room behind the gradients, for rows that are thrown away. */
export function createParameters(backend: Backend, layout: ParameterLayout, spare: number): Parameters {
  const { size } = layout;
  const array = (use: MemoryUse, place: number, numbers = size) =>
    allocate(backend, use, 2, (ops) => {
      ops.tensor(ggmlType.F32, 1 + place * apart);
      return { tensor: ops.tensor(ggmlType.F32, numbers) };
    });
  const values = array("values", 0);
  const first = array("moments", 1);
  const second = array("moments", 2);
  const gradients = array("gradients", 3, size + spare);
  const arrays = { values, first_moments: first, second_moments: second, gradients };
  return { layout, arrays, stretches: stretchesOf(layout), ...access(backend, layout, arrays) };
}

/** The same parameters with a gradient array of their own, for a pass that runs beside another. */
export function withOwnGradients(backend: Backend, parameters: Parameters): Parameters {
  const { layout } = parameters;
  const length = parameters.arrays.gradients.tensor.shape[0];
  const gradients = allocate(backend, "gradients", 1, (ops) => ({ tensor: ops.tensor(ggmlType.F32, length) }));
  const arrays = { ...parameters.arrays, gradients };
  return { ...parameters, arrays, ...access(backend, layout, arrays) };
}

function access(
  backend: Backend,
  { parameters }: ParameterLayout,
  { values, gradients }: Parameters["arrays"],
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
  const place = (tensor: Tensor, host: HostArray, { offset }: Parameter): Tensor =>
    placeInside(backend, tensor, host.tensor, host.buffer, offset);
  return {
    has: (name) => byName.has(name),
    value: (ops, name) => place(leaf(ops, find(name)), values, find(name)),
    gradient: (ops, name, spare) => place(leaf(ops, find(name), spare), gradients, find(name)),
    intoGradient: (node, name) => place(node, gradients, find(name)),
  };
}

/**
 * Joins parameters that lie side by side and are treated alike; gaps of alignment hold zeros, which stay
 * zeros. A table is a stretch of its own, exact to the number: the spare row of gradients lies behind one.
 */
function stretchesOf({ parameters }: ParameterLayout): Stretch[] {
  const stretches: Stretch[] = [];
  for (const { name, offset, shape, decay } of parameters) {
    if (isTable(name)) {
      stretches.push({ offset, shape: [shape[1]!, shape[0]!], decay });
      continue;
    }
    const rows = Math.ceil(numbersIn(shape) / parameterAlignment);
    const last = stretches.at(-1);
    if (last?.decay === decay) last.shape[1] += rows;
    else stretches.push({ offset, shape: [parameterAlignment, rows], decay });
  }
  return stretches;
}
