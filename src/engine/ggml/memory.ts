/** Memory on the device: buffers of tensors that stay, aliases into them, and the way in and out. */
import { EngineError } from "../../errors.js";
import type { Backend } from "./backend.js";
import type { Pointer } from "./functions.js";
import { createContext, createOps, elements, type Ops, type Tensor } from "./tensor.js";

export interface DeviceBuffer {
  buffer: Pointer;
  bytes: number;
  free(): void;
}

/** Describes up to `tensors` tensors with `describe`, then gives them memory, all zero. Throws `EngineError` (out of memory). */
export function allocate<T>(backend: Backend, tensors: number, describe: (ops: Ops) => T): T & DeviceBuffer {
  const { ggml } = backend;
  const context = createContext(ggml, tensors);
  const described = describe(createOps(ggml, context));
  const buffer = ggml.ggml_backend_alloc_ctx_tensors(context, backend.handle);
  if (!buffer) {
    throw new EngineError("engine.out_of_memory", `${backend.name} has no memory left for the model`, {
      hint: "Choose a smaller model, bf16 precision or a device with more memory.",
    });
  }
  ggml.ggml_backend_buffer_clear(buffer, 0);
  return {
    ...described,
    buffer,
    bytes: ggml.ggml_backend_buffer_get_size(buffer),
    free: () => {
      ggml.ggml_backend_buffer_free(buffer);
      ggml.ggml_free(context);
    },
  };
}

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
  if (status !== 0) throw new EngineError("engine.memory", `${backend.name} refused a tensor (status ${status})`);
  return tensor;
}

/** `offset` in bytes. */
export function upload(backend: Backend, tensor: Tensor, data: ArrayBufferView, offset = 0): void {
  backend.ggml.ggml_backend_tensor_set(tensor.at, data, offset, data.byteLength);
}

/** Fills `into` from byte `offset` on. */
export function download<A extends ArrayBufferView>(backend: Backend, tensor: Tensor, into: A, offset = 0): A {
  backend.ggml.ggml_backend_tensor_get(tensor.at, into, offset, into.byteLength);
  return into;
}

export function downloadAll(backend: Backend, tensor: Tensor): Float32Array {
  return download(backend, tensor, new Float32Array(elements(tensor.shape)));
}

export function fillZero(backend: Backend, tensor: Tensor): void {
  backend.ggml.ggml_backend_tensor_memset(tensor.at, 0, 0, 4 * elements(tensor.shape));
}
