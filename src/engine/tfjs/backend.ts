/**
 * What tfjs computes on: TensorFlow's own library where the user has installed a package of it
 * (`@tensorflow/tfjs-node-gpu`, `@tensorflow/tfjs-node`), else WebAssembly, which is always there.
 */
import * as tf from "@tensorflow/tfjs-core";
import { EngineError } from "../../errors.js";
import type { ComputeOptions, Device } from "../engine.js";
import { registerGradients } from "./gradients.js";
import { openWasm } from "./wasm-backend.js";

export type Backend = "gpu" | "node" | "wasm";

const packages = { gpu: "@tensorflow/tfjs-node-gpu", node: "@tensorflow/tfjs-node" };

/** Imports a package by its name; tests stand in for it. */
export type Load = (name: string) => Promise<unknown>;

const load: Load = (name) => import(name);

export interface OpenedBackend {
  /** `CUDA`, `CPU` or `WASM`. */
  name: string;
  description: string;
}

/** Makes tfjs ready to compute. Throws `EngineError`. */
export async function openBackend({ device, threads }: ComputeOptions): Promise<OpenedBackend> {
  // TensorFlow looks at these when it is loaded.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  if (threads > 0) process.env.TF_NUM_INTRAOP_THREADS ??= String(threads);
  const backend = await chooseBackend(device, load);
  if (backend === "wasm") await openWasm(threads);
  else if (!(await tf.setBackend("tensorflow"))) throw new EngineError("engine.device", `${packages[backend]} failed`);
  registerGradients();
  if (backend === "wasm") return { name: "WASM", description: "WebAssembly, float32" };
  const onGpu = (tf.backend() as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true;
  if (device === "cuda" && !onGpu) {
    throw new EngineError("engine.device", `${packages.gpu} found no CUDA device`, {
      hint: "Check the driver and the CUDA libraries that TensorFlow names, or choose device: cpu.",
    });
  }
  return { name: onGpu ? "CUDA" : "CPU", description: `TensorFlow, ${packages[backend]}` };
}

/** The first of the device's backends whose package is installed, which is loaded then. Throws `EngineError`. */
export async function chooseBackend(device: Device, load: Load): Promise<Backend> {
  for (const backend of candidates(device)) {
    if (backend === "wasm" || (await isLoaded(packages[backend], load))) return backend;
  }
  throw new EngineError(
    "engine.device",
    `engine tfjs computes on ${device} with ${packages.gpu}, which is not installed`,
    {
      hint: `npm install ${packages.gpu}, or choose device: cpu or engine: ggml.`,
    },
  );
}

function candidates(device: Device): Backend[] {
  switch (device) {
    case "auto":
      return ["gpu", "node", "wasm"];
    case "cpu":
      return ["node", "wasm"];
    case "cuda":
      return ["gpu"];
    default:
      throw new EngineError("engine.device", `engine tfjs cannot compute on ${device}, only on cpu and cuda`, {
        exitCode: 2,
        hint: "Choose engine: ggml, or device: auto.",
      });
  }
}

async function isLoaded(name: string, load: Load): Promise<boolean> {
  try {
    await load(name);
    return true;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ERR_MODULE_NOT_FOUND" && message.includes(`'${name}'`)) return false;
    throw new EngineError("engine.library_missing", `${name} is installed, but cannot be loaded: ${message}`, {
      cause,
      hint: `Run npm rebuild ${name}, or uninstall it: engine tfjs then computes without it.`,
    });
  }
}
