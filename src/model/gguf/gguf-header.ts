/** The head of a GGUF file (key-values, tensor names, shapes and places), put together by ggml itself. */
import { ggufType } from "../../engine/ggml/functions.js";
import { loadGgml } from "../../engine/ggml/library.js";
import { type GgufType, ggufTypes } from "./gguf-types.js";

export type GgufValue =
  | { u32: number }
  | { f32: number }
  | { bool: boolean }
  | { string: string }
  | { strings: readonly string[] }
  | { int32s: Int32Array }
  | { f32s: Float32Array }
  | { bytes: Uint8Array };

export type GgufMetadata = ReadonlyMap<string, GgufValue>;

export interface GgufTensorPlan {
  name: string;
  type: GgufType;
  /** Rows before columns, as everywhere here; ggml itself counts the other way round. */
  shape: readonly number[];
}

export interface GgufHeader {
  bytes: Uint8Array;
  /** Where each tensor begins, counted from the end of the header, and how many bytes it has; in the order given. */
  places: { offset: number; bytes: number }[];
}

export function ggufHeader(metadata: GgufMetadata, tensors: readonly GgufTensorPlan[]): GgufHeader {
  const ggml = loadGgml();
  const gguf = ggml.gguf_init_empty();
  const context = ggml.ggml_init({
    mem_size: ggml.ggml_tensor_overhead() * (tensors.length + 1),
    mem_buffer: null,
    no_alloc: true,
  });
  try {
    for (const [key, value] of metadata) {
      if ("u32" in value) ggml.gguf_set_val_u32(gguf, key, value.u32);
      else if ("f32" in value) ggml.gguf_set_val_f32(gguf, key, value.f32);
      else if ("bool" in value) ggml.gguf_set_val_bool(gguf, key, value.bool);
      else if ("string" in value) ggml.gguf_set_val_str(gguf, key, value.string);
      else if ("strings" in value) ggml.gguf_set_arr_str(gguf, key, value.strings, value.strings.length);
      else if ("f32s" in value) ggml.gguf_set_arr_data(gguf, key, ggufType.FLOAT32, value.f32s, value.f32s.length);
      else if ("bytes" in value) ggml.gguf_set_arr_data(gguf, key, ggufType.UINT8, value.bytes, value.bytes.length);
      else ggml.gguf_set_arr_data(gguf, key, ggufType.INT32, value.int32s, value.int32s.length);
    }
    for (const { name, type, shape } of tensors) {
      const tensor = ggml.ggml_new_tensor(context, ggufTypes[type].tensor, shape.length, [...shape].reverse());
      ggml.ggml_set_name(tensor, name);
      ggml.gguf_add_tensor(gguf, tensor);
    }
    const bytes = new Uint8Array(ggml.gguf_get_meta_size(gguf));
    ggml.gguf_get_meta_data(gguf, bytes);
    const places = tensors.map((_, i) => ({
      offset: ggml.gguf_get_tensor_offset(gguf, i),
      bytes: ggml.gguf_get_tensor_size(gguf, i),
    }));
    return { bytes, places };
  } finally {
    ggml.ggml_free(context);
    ggml.gguf_free(gguf);
  }
}
