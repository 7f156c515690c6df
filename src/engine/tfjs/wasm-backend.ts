/**
 * tfjs's WebAssembly backend. In Node the package starts it on one thread only (tfjs issue 3830), since its
 * threads come from a browser's blob URLs; given real files its build with threads works in Node as well,
 * so with two threads or more that build is opened here and handed to the package's own backend class.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { BackendWasm, setThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { cpuThreads } from "../ggml/cpu-threads.js";
import { replaceKernels } from "./wasm-kernels.js";
import { guardMemory, type WasmMemory } from "./wasm-memory.js";

/** The package's pool of threads has so many places. */
const mostThreads = 8;

/** Emscripten answers these by throwing again, at which Node prints its script of 50 kB in one line. */
const events = ["uncaughtException", "unhandledRejection"];

/** `threads` 0: all cores. */
export async function openWasm(threads: number): Promise<void> {
  const count = Math.min(cpuThreads(threads), mostThreads);
  if (count > 1) {
    setThreadsCount(count);
    tf.removeBackend("wasm");
    tf.registerBackend("wasm", async () => new BackendWasm(await openThreadedModule(count)));
  }
  const before = events.map((event) => process.listeners(event as never));
  await tf.setBackend("wasm");
  for (const [i, event] of events.entries()) {
    for (const listener of process.listeners(event as never)) {
      if (!before[i]!.includes(listener)) process.removeListener(event, listener);
    }
  }
  guardMemory((tf.backend() as BackendWasm).wasm as unknown as WasmMemory);
  replaceKernels();
}

type Module = BackendWasm["wasm"];

/** What Emscripten's module maker takes and gives. */
type MakeModule = (config: {
  mainScriptUrlOrBlob: string;
  locateFile(name: string): string;
  instantiateWasm(imports: Imports, receive: (instance: object, compiled: object) => void): object;
}) => Promise<Module & { cwrap(name: string, result: "number" | null, parameters: "number"[]): never }>;

interface Imports {
  env: Record<string, () => number>;
}

/** TypeScript's library for Node has no types of it. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(compiled: object, imports: Imports): Promise<object>;
};

async function openThreadedModule(threads: number): Promise<Module> {
  const require = createRequire(import.meta.url);
  const script = require.resolve("@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js");
  const compiled = await WebAssembly.compile(readFileSync(script.replace(/js$/, "wasm")));
  const module = await (require(script) as MakeModule)({
    mainScriptUrlOrBlob: script,
    locateFile: (name) =>
      name.endsWith(".worker.js")
        ? fileURLToPath(new URL("wasm-thread.js", import.meta.url))
        : path.join(path.dirname(script), name),
    instantiateWasm(imports, receive) {
      // It takes at most half of the cores that it sees.
      imports.env.emscripten_num_logical_cores = () => 2 * threads;
      WebAssembly.instantiate(compiled, imports).then((instance) => receive(instance, compiled));
      return {};
    },
  });
  module.tfjs = {
    init: module.cwrap("init", null, []),
    initWithThreadsCount: module.cwrap("init_with_threads_count", null, ["number"]),
    getThreadsCount: module.cwrap("get_threads_count", "number", []),
    registerTensor: module.cwrap("register_tensor", null, ["number", "number", "number"]),
    disposeData: module.cwrap("dispose_data", null, ["number"]),
    dispose: module.cwrap("dispose", null, []),
  };
  return module;
}
