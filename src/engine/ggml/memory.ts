/**
 * Memory on the device: buffers of tensors that stay, aliases into them, and the way in and out. On a
 * backend that only plans, buffers have addresses but no memory behind them, and nothing is moved.
 */
import { type Backend, outOfMemory } from "./backend.js";
import type { Pointer } from "./functions.js";
import type { MemoryUse } from "./memory-use.js";
import { createContext, createOps, elements, type Ops, type Tensor } from "./tensor.js";

export interface DeviceBuffer {
  buffer: Pointer;
  bytes: number;
  free(): void;
}

/** Describes up to `tensors` tensors with `describe`, then gives them memory, all zero. Throws `EngineError` (out of memory). */
export function allocate<T>(
  backend: Backend,
  use: MemoryUse,
  tensors: number,
  describe: (ops: Ops) => T,
): T & DeviceBuffer {
  const { ggml } = backend;
  const context = createContext(ggml, tensors);
  const described = describe(createOps(ggml, context));
  const buffer = backend.planning
    ? reserveAddresses(backend, context)
    : ggml.ggml_backend_alloc_ctx_tensors(context, backend.handle);
  if (!buffer) throw outOfMemory(backend, use);
  if (!backend.planning) ggml.ggml_backend_buffer_clear(buffer, 0);
  const bytes = ggml.ggml_backend_buffer_get_size(buffer);
  backend.memory.add(use, bytes);
  return {
    ...described,
    buffer,
    bytes,
    free: () => {
      ggml.ggml_backend_buffer_free(buffer);
      ggml.ggml_free(context);
      backend.memory.add(use, -bytes);
    },
  };
}

/** A buffer of the right size at addresses that nobody uses and nobody will touch. */
function reserveAddresses({ ggml, bufferType }: Backend, context: Pointer): Pointer {
  const alignment = ggml.ggml_backend_buft_get_alignment(bufferType);
  const places: [tensor: Pointer, at: number][] = [];
  let size = 0;
  let tensor = ggml.ggml_get_first_tensor(context);
  while (tensor) {
    places.push([tensor, size]);
    const bytes = ggml.ggml_backend_buft_get_alloc_size(bufferType, tensor);
    size += Math.ceil(bytes / alignment) * alignment;
    tensor = ggml.ggml_get_next_tensor(context, tensor);
  }
  const start = freeAddress;
  freeAddress += BigInt(Math.ceil((size + 1) / 4096)) * 4096n;
  const buffer = ggml.ggml_backend_cpu_buffer_from_ptr(start, size);
  for (const [at, offset] of places) ggml.ggml_backend_tensor_alloc(buffer, at, start + BigInt(offset));
  return buffer;
}

let freeAddress = 1n << 44n;

/**
 * Lets `tensor`, which has no memory yet, live inside `host` from element `offset` on (both float32).
 * For a leaf that makes an alias; for a graph node it says where the result goes.
 */
export function placeInside<T extends Tensor>(
  backend: Backend,
  tensor: T,
  host: Tensor,
  buffer: Pointer,
  offset = 0,
): T {
  const address = backend.ggml.ggml_get_data(host.at) + BigInt(4 * offset);
  const status = backend.ggml.ggml_backend_tensor_alloc(buffer, tensor.at, address);
  if (status !== 0) throw new Error(`${backend.name} refused a tensor (status ${status})`);
  return tensor;
}

/** `offset` in bytes. */
export function upload(backend: Backend, tensor: Tensor, data: ArrayBufferView, offset = 0): void {
  if (!backend.planning) backend.ggml.ggml_backend_tensor_set(tensor.at, data, offset, data.byteLength);
}

/** Fills `into` from byte `offset` on. */
export function download<A extends ArrayBufferView>(backend: Backend, tensor: Tensor, into: A, offset = 0): A {
  backend.ggml.ggml_backend_tensor_get(tensor.at, into, offset, into.byteLength);
  return into;
}

export function downloadAll(backend: Backend, tensor: Tensor): Float32Array {
  return download(backend, tensor, new Float32Array(elements(tensor.shape)));
}

/** Numbers `first` to `first + count` of a float32 tensor. */
export function fillZero(backend: Backend, tensor: Tensor, first = 0, count = elements(tensor.shape)): void {
  backend.ggml.ggml_backend_tensor_memset(tensor.at, 0, 4 * first, 4 * count);
}
