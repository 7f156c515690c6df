/**
 * Kernels of the WebAssembly backend in a form fit for training. As the package has them,
 * - a product of transposed or of many matrices runs at 2 GFLOP/s, a plain one through XNNPACK at 30;
 *   and XNNPACK keeps a packed copy of every second factor for as long as that tensor lives,
 * - a slice first copies the whole tensor out of the heap,
 * - a clone, of which autodiff makes one of everything that it keeps, copies.
 */
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import {
  type BatchMatMulAttrs,
  broadcast_util,
  getKernel,
  type KernelFunc,
  registerKernel,
  type SliceAttrs,
  slice_util,
  type TensorInfo,
  unregisterKernel,
  util,
} from "@tensorflow/tfjs-core";
import { checkRoom, type WasmMemory } from "./wasm-memory.js";

/** A tensor's place and form; its numbers are in the heap. */
type Info = Pick<TensorInfo, "dataId" | "dtype"> & { shape: number[] };

interface Call<Attributes> {
  inputs: Record<string, Info>;
  backend: BackendWasm;
  attrs: Attributes;
}

type Replacement<Attributes> = (original: KernelFunc) => (call: Call<Attributes>) => Info;

let replaced = false;

/** Once in a process. */
export function replaceKernels(): void {
  if (replaced) return;
  replaced = true;
  replace("BatchMatMul", product);
  replace("Slice", slice);
  replace("Identity", () => share);
}

function replace<Attributes>(kernelName: string, replacement: Replacement<Attributes>): void {
  const original = getKernel(kernelName, "wasm");
  const kernelFunc = replacement(original.kernelFunc) as unknown as KernelFunc;
  unregisterKernel(kernelName, "wasm");
  registerKernel({ ...original, kernelFunc });
}

/** The same numbers under a second name, counted by the backend. */
function share({ inputs: { x }, backend }: Omit<Call<unknown>, "attrs">): Info {
  const { dataId, shape, dtype } = x!;
  backend.incRef(dataId);
  return { dataId, shape, dtype };
}

/** Numbers that lie side by side are copied within the heap. */
const slice: Replacement<SliceAttrs> = (original) => (call) => {
  const { inputs, backend, attrs } = call;
  const x = inputs.x!;
  const [begin, size] = slice_util.parseSliceParams(x, attrs.begin, attrs.size) as [number[], number[]];
  if (!slice_util.isSliceContinous(x.shape, begin, size)) return original(call as never) as Info;
  const at = slice_util.computeFlatOffset(begin, util.computeStrides(x.shape));
  return part(backend, x, size, at);
};

/**
 * [...batch, m, k] times [...batch, k, n]: transposes are made, and XNNPACK gets one pair of matrices after
 * the other, its second factor as a copy, with which the packed one goes.
 */
const product: Replacement<BatchMatMulAttrs> = (original) => {
  const { kernelFunc: transpose } = getKernel("Transpose", "wasm");
  /** [count, rows, columns], transposed where it has to be, and whether it is a new tensor. */
  const matrices = (backend: BackendWasm, tensor: Info, transposed: boolean): [Info, isNew: boolean] => {
    const [rows, columns] = tensor.shape.slice(-2) as [number, number];
    const count = util.sizeFromShape(tensor.shape) / (rows * columns);
    const stack = { dataId: tensor.dataId, dtype: tensor.dtype, shape: [count, rows, columns] };
    if (!transposed) return [stack, false];
    const attrs = { perm: [0, 2, 1] };
    return [transpose({ inputs: { x: stack }, backend, attrs } as never) as Info, true];
  };
  return ({ inputs, backend, attrs }) => {
    const [a, aIsNew] = matrices(backend, inputs.a!, attrs.transposeA);
    const [b, bIsNew] = matrices(backend, inputs.b!, attrs.transposeB);
    const [m, k, n] = [a.shape[1]!, a.shape[2]!, b.shape[2]!];
    const batch = broadcast_util.assertAndGetBroadcastShape(inputs.a!.shape.slice(0, -2), inputs.b!.shape.slice(0, -2));
    const count = Math.max(a.shape[0]!, b.shape[0]!);
    const one = (left: Info, right: Info): Info => {
      // XNNPACK packs in panels of 8 columns.
      checkRoom(backend.wasm as unknown as WasmMemory, 4 * (k + 1) * (n + 8));
      const plain = { transposeA: false, transposeB: false };
      return original({ inputs: { a: left, b: right }, backend, attrs: plain } as never) as Info;
    };
    const take = (stack: Info, i: number): Info => {
      const [length, rows, columns] = stack.shape as [number, number, number];
      return part(backend, stack, [1, rows, columns], length === 1 ? 0 : i * rows * columns);
    };
    let out: Info;
    if (count === 1) {
      const right = bIsNew ? b : take(b, 0);
      out = { ...one(a, right), shape: [...batch, m, n] };
      if (!bIsNew) backend.disposeData(right.dataId);
    } else {
      out = backend.makeOutput([...batch, m, n], "float32");
      for (let i = 0; i < count; i++) {
        const factors = [take(a, i), take(b, i)] as const;
        const result = one(...factors);
        backend.typedArrayFromHeap(out).set(backend.typedArrayFromHeap(result), i * m * n);
        for (const { dataId } of [...factors, result]) backend.disposeData(dataId);
      }
    }
    if (aIsNew) backend.disposeData(a.dataId);
    if (bIsNew) backend.disposeData(b.dataId);
    return out;
  };
};

/** A copy of the numbers from place `at` on. */
function part(backend: BackendWasm, from: Info, shape: number[], at: number): Info {
  const out = backend.makeOutput(shape, from.dtype);
  const numbers = backend.typedArrayFromHeap(from).subarray(at, at + util.sizeFromShape(shape));
  backend.typedArrayFromHeap(out).set(numbers);
  return out;
}
