/** The one place that starts llama.cpp. It uses the libraries that npm installed and never downloads or builds. */
import { getLlama, type Llama, LlamaLogLevel } from "node-llama-cpp";
import type { Device } from "../engine/engine.js";
import { EngineError } from "../errors.js";

export interface LlamaCpp {
  llama: Llama;
  /** What llama.cpp said last about a fault, for messages; empty where it said nothing. */
  lastComplaint(): string;
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
  let complaint = "";
  try {
    const llama = await getLlama({
      build: "never",
      skipDownload: true,
      gpu: device === "cpu" ? false : device,
      ...(threads !== undefined && { maxThreads: threads }),
      logLevel: LlamaLogLevel.error,
      logger: (level, message) => {
        if (level === LlamaLogLevel.error || level === LlamaLogLevel.fatal) complaint = message.trim();
      },
      progressLogs: false,
    });
    return { llama, lastComplaint: () => complaint, dispose: async () => {} };
  } catch (cause) {
    throw new EngineError("engine.llama_cpp_missing", `llama.cpp cannot start on device "${device}"`, {
      hint: "lep doctor shows the devices of this machine; --device cpu works everywhere that npm installed node-llama-cpp with its optional packages.",
      cause,
    });
  }
}
