/**
 * WebAssembly addresses 4 GiB. Where they are used up its `malloc` gives 0, and the package would go on and
 * write there; and a product whose packed factor finds no room is left out with a warning. Both become
 * errors here.
 */
import { EngineError } from "../../errors.js";

export const addressableBytes = 2 ** 32;

export interface WasmMemory {
  _malloc(bytes: number): number;
  _free(at: number): void;
}

/** From now on an allocation that fails throws `EngineError`. */
export function guardMemory(module: WasmMemory): void {
  const malloc = module._malloc;
  module._malloc = (bytes) => {
    const at = malloc(bytes);
    if (at === 0 && bytes > 0) throw outOfMemory(bytes);
    return at;
  };
}

/** Throws `EngineError` where `bytes` could not be allocated now in one piece. */
export function checkRoom(module: WasmMemory, bytes: number): void {
  module._free(module._malloc(bytes));
}

function outOfMemory(bytes: number): EngineError {
  return new EngineError(
    "engine.out_of_memory",
    `${Math.ceil(bytes / 2 ** 20)} MiB more do not fit into the 4 GiB that WebAssembly addresses`,
    {
      hint: "Choose a smaller micro_batch or shorter blocks, engine: ggml, or install @tensorflow/tfjs-node, which has no such limit.",
    },
  );
}
