/** The main engine: ggml on CPU, CUDA, Vulkan and Metal. */
import { engineInChild } from "../child-job.js";

export const ggmlWorker = new URL("worker.js", import.meta.url);
export const ggmlEngine = engineInChild(ggmlWorker);
