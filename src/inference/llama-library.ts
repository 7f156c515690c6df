/**
 * llama.cpp's C functions through an FFI, from the library that node-llama-cpp installs with npm.
 *
 * Why not node-llama-cpp's own evaluation: measured on a 1.8-million-parameter model it takes 1.6 times as
 * long to rank four continuations (a call and a worker for each, the prompt's batch apart from theirs) and
 * generates a third of the tokens per second, and the caller cannot fix the shape of a batch, on which the
 * last bits of a logit depend. Structures are written by hand for the pinned release, and checked.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import koffi from "koffi";
import type { Device } from "../engine/engine.js";
import { openBackend } from "../engine/ggml/backend.js";
import { prepareFfi } from "../engine/ggml/library.js";
import { EngineError } from "../errors.js";

/** The llama.cpp release that the structures below were written for. */
const release = "v0.5.0";

export type Pointer = bigint;
export type LlamaLibrary = ReturnType<typeof bindLlama> & {
  /** Whether a GPU computes. */
  gpu: boolean;
  defaultModelParams(): ModelParams;
  defaultContextParams(): ContextParams;
};

/** The fields that lep sets; the others keep llama.cpp's defaults. */
export interface ModelParams {
  n_gpu_layers: number;
  vocab_only: boolean;
  use_extra_bufts: boolean;
}

export interface ContextParams {
  n_ctx: number;
  n_batch: number;
  n_ubatch: number;
  n_seq_max: number;
  n_outputs_max: number;
  n_outputs_max_per_seq: number;
  n_threads: number;
  n_threads_batch: number;
  flash_attn_type: number;
  type_k: number;
  type_v: number;
  kv_unified: boolean;
  no_perf: boolean;
}

const modelParams = {
  devices: "void*",
  tensor_buft_overrides: "void*",
  n_gpu_layers: "int32_t",
  split_mode: "int",
  load_mode: "int",
  lazy_mode: "int",
  main_gpu: "int32_t",
  tensor_split: "void*",
  progress_callback: "void*",
  progress_callback_user_data: "void*",
  kv_overrides: "void*",
  vocab_only: "bool",
  check_tensors: "bool",
  use_extra_bufts: "bool",
  no_host: "bool",
  no_alloc: "bool",
  load_mtp: "bool",
};

const contextParams = {
  n_ctx: "uint32_t",
  n_batch: "uint32_t",
  n_ubatch: "uint32_t",
  n_seq_max: "uint32_t",
  n_rs_seq: "uint32_t",
  n_outputs_max: "uint32_t",
  n_outputs_max_per_seq: "uint32_t",
  n_threads: "int32_t",
  n_threads_batch: "int32_t",
  ctx_type: "int",
  rope_scaling_type: "int",
  pooling_type: "int",
  attention_type: "int",
  flash_attn_type: "int",
  rope_freq_base: "float",
  rope_freq_scale: "float",
  yarn_ext_factor: "float",
  yarn_attn_factor: "float",
  yarn_beta_fast: "float",
  yarn_beta_slow: "float",
  yarn_orig_ctx: "uint32_t",
  defrag_thold: "float",
  cb_eval: "void*",
  cb_eval_user_data: "void*",
  type_k: "int",
  type_v: "int",
  abort_callback: "void*",
  abort_callback_data: "void*",
  embeddings: "bool",
  offload_kqv: "bool",
  no_perf: "bool",
  op_offload: "bool",
  swa_full: "bool",
  kv_unified: "bool",
  samplers: "void*",
  n_samplers: "size_t",
  ctx_other: "void*",
};

const batch = {
  n_tokens: "int32_t",
  token: "void*",
  embd: "void*",
  pos: "void*",
  n_seq_id: "void*",
  seq_id: "void*",
  logits: "void*",
};

/** Loads the library once for this process. Throws `EngineError` where it is absent or another release. */
export function loadLlama(device: Device): LlamaLibrary {
  prepareFfi();
  const { ggml, name } = openBackend(device, 1);
  const metadata = readMetadata(ggml.folder);
  if (metadata !== release) {
    throw new EngineError(
      "inference.version",
      `${ggml.folder} holds llama.cpp ${metadata}, but lep was written for ${release}`,
      { hint: "Install the dependencies exactly as package-lock.json names them (npm ci)." },
    );
  }
  const pattern = /^(lib)?llama(\.(cuda|vulkan|metal))?(\.v[.\d]+)?\.(so|dylib|dll)$/;
  const file = readdirSync(ggml.folder)
    .sort()
    .find((entry) => pattern.test(entry));
  if (file === undefined) {
    throw new EngineError("inference.library_missing", `${ggml.folder}: no library matches ${pattern}`, {
      hint: "The installed node-llama-cpp differs from the one in package-lock.json: run npm ci.",
    });
  }
  const llama = bindLlama(path.join(ggml.folder, file));
  const context = llama.contextDefaults() as unknown as ContextParams & { defrag_thold: number; type_v: number };
  // A shifted field would show here before it could do harm.
  if (context.n_ctx !== 512 || context.n_batch !== 2048 || context.defrag_thold !== -1 || context.type_v !== 1) {
    throw new EngineError("inference.version", `${file}: the structures of llama.cpp are not those of ${release}`);
  }
  return {
    ...llama,
    gpu: name !== "CPU",
    defaultModelParams: () => llama.modelDefaults() as unknown as ModelParams,
    defaultContextParams: () => llama.contextDefaults() as unknown as ContextParams,
  };
}

function readMetadata(folder: string): string {
  try {
    const text = readFileSync(path.join(folder, "_nlcBuildMetadata.json"), "utf8");
    const value = JSON.parse(text) as { buildOptions?: { llamaCpp?: { release?: string } } };
    return value.buildOptions?.llamaCpp?.release ?? "of an unknown release";
  } catch {
    return "of an unknown release";
  }
}

function bindLlama(file: string) {
  koffi.struct("llama_model_params", modelParams);
  koffi.struct("llama_context_params", contextParams);
  koffi.struct("llama_batch", batch);
  const library = koffi.load(file, { global: true });
  const bind = <F>(name: string, result: string, args: string[]): F => library.func(name, result, args) as F;
  return {
    modelDefaults: bind<() => object>("llama_model_default_params", "llama_model_params", []),
    contextDefaults: bind<() => object>("llama_context_default_params", "llama_context_params", []),
    loadModel: bind<(file: string, params: ModelParams) => Pointer | null>("llama_model_load_from_file", "void*", [
      "str",
      "llama_model_params",
    ]),
    freeModel: bind<(model: Pointer) => void>("llama_model_free", "void", ["void*"]),
    initContext: bind<(model: Pointer, params: ContextParams) => Pointer | null>("llama_init_from_model", "void*", [
      "void*",
      "llama_context_params",
    ]),
    freeContext: bind<(context: Pointer) => void>("llama_free", "void", ["void*"]),
    vocabulary: bind<(model: Pointer) => Pointer>("llama_model_get_vocab", "void*", ["void*"]),
    vocabularySize: bind<(vocabulary: Pointer) => number>("llama_vocab_n_tokens", "int32_t", ["void*"]),
    trainedContext: bind<(model: Pointer) => number>("llama_model_n_ctx_train", "int32_t", ["void*"]),
    parameters: bind<(model: Pointer) => number | bigint>("llama_model_n_params", "uint64_t", ["void*"]),
    tokenize: bind<
      (
        vocabulary: Pointer,
        text: Uint8Array,
        bytes: number,
        into: Int32Array,
        room: number,
        addSpecial: boolean,
        parseSpecial: boolean,
      ) => number
    >("llama_tokenize", "int32_t", ["void*", "void*", "int32_t", "void*", "int32_t", "bool", "bool"]),
    memory: bind<(context: Pointer) => Pointer>("llama_get_memory", "void*", ["void*"]),
    copySequence: bind<(memory: Pointer, from: number, to: number, first: number, end: number) => void>(
      "llama_memory_seq_cp",
      "void",
      ["void*", "int32_t", "int32_t", "int32_t", "int32_t"],
    ),
    eraseSequence: bind<(memory: Pointer, sequence: number, from: number, to: number) => boolean>(
      "llama_memory_seq_rm",
      "bool",
      ["void*", "int32_t", "int32_t", "int32_t"],
    ),
    decode: library.func("llama_decode", "int32_t", ["void*", "llama_batch"]),
    logits: bind<(context: Pointer, index: number) => Pointer | null>("llama_get_logits_ith", "void*", [
      "void*",
      "int32_t",
    ]),
  };
}
