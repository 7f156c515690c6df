/** What a training or a measurement would take, on a device of this machine or on a GPU that is not in it. */
import { parseModelConfig } from "../../model/config.js";
import type { MemoryJob, MemoryNeed } from "../engine.js";
import { neutralOptions } from "../neutral-options.js";
import { nothingTrained, parameterLayout } from "../parameter-layout.js";
import { type Backend, openBackend } from "./backend.js";
import { findFit } from "./fit-memory.js";

/** CUDA's context and the work space of its matrix products; assumed, about what they take on recent cards. */
const gpuOverhead = 1e9;

/** Nothing is allocated. Throws `EngineError` where there is no such device, `CheckpointError` for a configuration that is none. */
export async function estimateNeed(job: MemoryJob): Promise<MemoryNeed> {
  const config = parseModelConfig(job.config, "config.json");
  const options = job.options ?? neutralOptions;
  const { compute, blockLength, evaluationLength, gpu_bytes } = job;
  const here = openBackend(gpu_bytes === undefined ? compute.device : "cpu", compute.threads);
  const backend = gpu_bytes === undefined ? here : absentGpu(here, gpu_bytes);
  const layout = job.options === null ? nothingTrained : parameterLayout(config, options, job.rows);
  const fit = await findFit(backend, {
    checkpoint: { config },
    layout,
    options,
    compute,
    blockLength,
    evaluationLength,
  });
  const { bytes, uses } = fit.estimate;
  const overhead = gpu_bytes === undefined ? 0 : gpuOverhead;
  return {
    bytes: bytes + overhead,
    uses: { ...uses },
    free_bytes: fit.free + overhead,
    fits: fit.fits,
    remedies: fit.remedies,
  };
}

/** A GPU takes the graphs that GPUs take, whatever counts them; the CPU's allocator stands in for its own. */
function absentGpu(cpu: Backend, bytes: number): Backend {
  return {
    ...cpu,
    name: "GPU",
    isCpu: false,
    threads: 0,
    freeMemory: () => bytes - gpuOverhead,
    // The CPU may lack what a GPU has.
    unsupported: new Set(),
  };
}
