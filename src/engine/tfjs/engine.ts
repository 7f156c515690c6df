/** The second engine: tfjs-core, an independent check of the first and the fallback where ggml has no binary. */
import { engineInChild } from "../child-job.js";

export const tfjsWorker = new URL("worker.js", import.meta.url);
export const tfjsEngine = engineInChild(tfjsWorker);
