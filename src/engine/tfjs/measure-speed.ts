import { availableMemory } from "../available-memory.js";
import type { DeviceSpeed, SpeedJob } from "../engine.js";
import { openBackend } from "./backend.js";
import { measureFlops } from "./peak-flops.js";

/** The rate of a large product in float32, in which this engine computes. Throws `EngineError` where there is no such device. */
export async function measureSpeed({ compute }: SpeedJob): Promise<DeviceSpeed> {
  const { name, description } = await openBackend(compute);
  return { name, description, free_bytes: availableMemory(), flops: measureFlops(), bandwidth: null };
}
