/** The one place that starts llama.cpp. It uses the libraries that npm installed and never downloads or builds. */
import { getLlama, type Llama, LlamaLogLevel } from "node-llama-cpp";
import type { Device } from "../engine/engine.js";
import { EngineError } from "../errors.js";

export interface LlamaCpp {
  llama: Llama;
  /** Done with it. The library itself stays loaded until the process ends, since it can be started only once. */
  dispose(): Promise<void>;
}

const started = new Map<Device, Promise<LlamaCpp>>();

/**
 * `threads`: at most so many compute threads in all contexts of this process together; a later call that names it changes it.
 * Throws `EngineError` where the device has no library here.
 */
export async function startLlamaCpp(options: { device: Device; threads?: number }): Promise<LlamaCpp> {
  const { device, threads } = options;
  const pending = started.get(device) ?? start(device, threads);
  started.set(device, pending);
  try {
    const running = await pending;
    if (threads !== undefined) running.llama.maxThreads = threads;
    return running;
  } catch (error) {
    started.delete(device);
    throw error;
  }
}

async function start(device: Device, threads: number | undefined): Promise<LlamaCpp> {
  try {
    const llama = await getLlama({
      build: "never",
      skipDownload: true,
      gpu: device === "cpu" ? false : device,
      ...(threads !== undefined && { maxThreads: threads }),
      logLevel: LlamaLogLevel.error,
      logger: () => {},
      progressLogs: false,
    });
    return { llama, dispose: async () => {} };
  } catch (cause) {
    throw new EngineError("engine.llama_cpp_missing", `llama.cpp cannot start on device "${device}"`, {
      hint: "lep doctor shows the devices of this machine; --device cpu works everywhere that npm installed node-llama-cpp with its optional packages.",
      cause,
    });
  }
}
