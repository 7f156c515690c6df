/**
 * The C functions of ggml that lep calls, as result type followed by argument types. Written by hand
 * for the pinned version: `library.ts` checks that it is the one that was loaded. The TypeScript types
 * follow from the table.
 */
const rope = [
  "void*",
  "void*",
  "void*",
  "void*",
  "void*",
  "int",
  "int",
  "int",
  "float",
  "float",
  "float",
  "float",
  "float",
  "float",
] as const;

export const ggmlFunctions = {
  ggml_version: ["str"],
  ggml_init: ["void*", "ggml_init_params"],
  ggml_free: ["void", "void*"],
  ggml_tensor_overhead: ["size_t"],
  ggml_graph_overhead_custom: ["size_t", "size_t", "bool"],
  ggml_new_tensor: ["void*", "void*", "int", "int", "int64_t*"],
  ggml_set_name: ["void*", "void*", "str"],
  ggml_get_data: ["void*", "void*"],
  ggml_op_desc: ["str", "void*"],
  ggml_set_param: ["void", "void*"],

  ggml_new_graph_custom: ["void*", "void*", "size_t", "bool"],
  ggml_build_forward_expand: ["void", "void*", "void*"],
  ggml_get_first_tensor: ["void*", "void*"],
  ggml_get_next_tensor: ["void*", "void*", "void*"],
  ggml_graph_n_nodes: ["int", "void*"],
  ggml_graph_node: ["void*", "void*", "int"],

  ggml_add: ["void*", "void*", "void*", "void*"],
  ggml_add_inplace: ["void*", "void*", "void*", "void*"],
  ggml_mul: ["void*", "void*", "void*", "void*"],
  ggml_mul_inplace: ["void*", "void*", "void*", "void*"],
  ggml_scale_bias: ["void*", "void*", "void*", "float", "float"],
  ggml_concat: ["void*", "void*", "void*", "void*", "int"],
  ggml_repeat_back: ["void*", "void*", "void*", "void*"],
  ggml_get_rows: ["void*", "void*", "void*", "void*"],
  ggml_get_rows_back: ["void*", "void*", "void*", "void*", "void*"],
  ggml_set_rows: ["void*", "void*", "void*", "void*", "void*"],
  ggml_rms_norm: ["void*", "void*", "void*", "float"],
  ggml_rms_norm_back: ["void*", "void*", "void*", "void*", "float"],
  ggml_mul_mat: ["void*", "void*", "void*", "void*"],
  ggml_silu: ["void*", "void*", "void*"],
  ggml_silu_back: ["void*", "void*", "void*", "void*"],
  ggml_swiglu_split: ["void*", "void*", "void*", "void*"],
  ggml_soft_max_ext: ["void*", "void*", "void*", "void*", "float", "float"],
  ggml_soft_max_ext_back: ["void*", "void*", "void*", "void*", "float", "float"],
  ggml_soft_max_inplace: ["void*", "void*", "void*"],
  ggml_rope_ext: rope,
  ggml_rope_ext_back: rope,
  ggml_reshape_4d: ["void*", "void*", "void*", "int64_t", "int64_t", "int64_t", "int64_t"],
  ggml_view_1d: ["void*", "void*", "void*", "int64_t", "size_t"],
  ggml_view_2d: ["void*", "void*", "void*", "int64_t", "int64_t", "size_t", "size_t"],
  ggml_view_3d: ["void*", "void*", "void*", "int64_t", "int64_t", "int64_t", "size_t", "size_t", "size_t"],
  ggml_permute: ["void*", "void*", "void*", "int", "int", "int", "int"],
  ggml_transpose: ["void*", "void*", "void*"],
  ggml_cont: ["void*", "void*", "void*"],
  ggml_cast: ["void*", "void*", "void*", "int"],
  ggml_cpy: ["void*", "void*", "void*", "void*"],
  ggml_opt_step_adamw: ["void*", "void*", "void*", "void*", "void*", "void*", "void*"],

  ggml_backend_alloc_ctx_tensors: ["void*", "void*", "void*"],
  ggml_backend_buffer_free: ["void", "void*"],
  ggml_backend_buffer_get_size: ["size_t", "void*"],
  ggml_backend_buffer_clear: ["void", "void*", "uint8_t"],
  ggml_backend_buft_get_alignment: ["size_t", "void*"],
  ggml_backend_buft_get_alloc_size: ["size_t", "void*", "void*"],
  ggml_backend_cpu_buffer_from_ptr: ["void*", "void*", "size_t"],
  ggml_backend_dev_backend_reg: ["void*", "void*"],
  ggml_backend_dev_description: ["str", "void*"],
  ggml_backend_dev_init: ["void*", "void*", "str"],
  ggml_backend_dev_memory: ["void", "void*", "void*", "void*"],
  ggml_backend_dev_name: ["str", "void*"],
  ggml_backend_dev_type: ["int", "void*"],
  ggml_backend_get_default_buffer_type: ["void*", "void*"],
  ggml_backend_graph_compute: ["int", "void*", "void*"],
  ggml_backend_reg_get_proc_address: ["void*", "void*", "str"],
  ggml_backend_supports_op: ["bool", "void*", "void*"],
  ggml_backend_tensor_alloc: ["int", "void*", "void*", "void*"],
  ggml_backend_tensor_get: ["void", "void*", "void*", "size_t", "size_t"],
  ggml_backend_tensor_memset: ["void", "void*", "uint8_t", "size_t", "size_t"],
  ggml_backend_tensor_set: ["void", "void*", "void*", "size_t", "size_t"],
  ggml_gallocr_alloc_graph: ["bool", "void*", "void*"],
  ggml_gallocr_free: ["void", "void*"],
  ggml_gallocr_get_buffer_size: ["size_t", "void*", "int"],
  ggml_gallocr_new: ["void*", "void*"],
  ggml_gallocr_reserve_n_size: ["void", "void*", "void*", "void*", "void*", "void*"],

  ggml_quantize_chunk: ["size_t", "int", "void*", "void*", "int64_t", "int64_t", "int64_t", "void*"],
  ggml_row_size: ["size_t", "int", "int64_t"],
  gguf_init_empty: ["void*"],
  gguf_free: ["void", "void*"],
  gguf_set_val_u32: ["void", "void*", "str", "uint32_t"],
  gguf_set_val_f32: ["void", "void*", "str", "float"],
  gguf_set_val_bool: ["void", "void*", "str", "bool"],
  gguf_set_val_str: ["void", "void*", "str", "str"],
  gguf_set_arr_data: ["void", "void*", "str", "int", "void*", "size_t"],
  gguf_set_arr_str: ["void", "void*", "str", "const char**", "size_t"],
  gguf_add_tensor: ["void", "void*", "void*"],
  gguf_get_tensor_offset: ["size_t", "void*", "int64_t"],
  gguf_get_tensor_size: ["size_t", "void*", "int64_t"],
  gguf_get_meta_size: ["size_t", "void*"],
  gguf_get_meta_data: ["void", "void*", "void*"],
} as const satisfies Record<string, Signature>;

/** Functions of the library that knows the devices. */
export const registryFunctions = {
  ggml_backend_load_all_from_path: ["void", "str"],
  ggml_backend_dev_count: ["size_t"],
  ggml_backend_dev_get: ["void*", "size_t"],
} as const satisfies Record<string, Signature>;

export const ggmlType = { F32: 0, F16: 1, Q8_0: 8, I8: 24, I16: 25, I32: 26, I64: 27, BF16: 30 } as const;

/** Value types of GGUF metadata, for `gguf_set_arr_data`. */
export const ggufType = { UINT8: 0, INT8: 1, UINT32: 4, INT32: 5, FLOAT32: 6, BOOL: 7, STRING: 8, ARRAY: 9 } as const;

/** An address in ggml's memory; `null` is the null pointer. */
export type Pointer = bigint;
export type Signature = readonly [result: keyof ResultTypes, ...args: (keyof ArgumentTypes)[]];

interface ResultTypes {
  void: undefined;
  "void*": Pointer;
  str: string;
  bool: boolean;
  int: number;
  int64_t: number;
  size_t: number;
}

interface ArgumentTypes {
  "void*": Pointer | ArrayBufferView | ArrayBuffer | null;
  "int64_t*": readonly number[];
  "const char**": readonly string[];
  str: string | null;
  bool: boolean;
  int: number;
  int32_t: number;
  uint8_t: number;
  uint32_t: number;
  uint64_t: number | bigint;
  int64_t: number;
  size_t: number;
  float: number;
  ggml_init_params: { mem_size: number; mem_buffer: null; no_alloc: boolean };
}

type Arguments<A extends readonly (keyof ArgumentTypes)[]> = { [I in keyof A]: ArgumentTypes[A[I]] };

/** The functions of a table as TypeScript sees them. `size_t` and `int64_t` come back as numbers below 2^53. */
export type Functions<T extends Record<string, Signature>> = {
  [N in keyof T]: T[N] extends readonly [
    infer R extends keyof ResultTypes,
    ...infer A extends readonly (keyof ArgumentTypes)[],
  ]
    ? NativeFunction<Arguments<A>, ResultTypes[R]>
    : never;
};

export interface NativeFunction<A extends readonly unknown[], R> {
  (...args: A): R;
  /** Runs on another thread; the callback gets the result. */
  async: (...args: [...A, (error: Error | null, result: R) => void]) => void;
}
