/** What tfjs finds to compute on, see ../engine.ts. */
import * as tf from "@tensorflow/tfjs-core";
import { availableMemory } from "../available-memory.js";
import type { Device, DeviceReport } from "../engine.js";
import { openBackend } from "./backend.js";
import { gradientKernels } from "./gradients.js";
import { measureFlops } from "./peak-flops.js";
import { addressableBytes } from "./wasm-memory.js";

/** Kernels of head-loss.ts and dropout.ts, and of the derivatives; those that autodiff knows are in gradients.ts. */
const furtherKernels = [
  "AddN",
  "Fill",
  "Identity",
  "Log",
  "Max",
  "OnesLike",
  "ScatterNd",
  "Slice",
  "Sub",
  "Sum",
  "ZerosLike",
];

/** The rate is that of float32, in which this engine computes. Throws `EngineError` where there is no such device. */
export async function examineDevice(device: Device): Promise<DeviceReport> {
  const { name, description } = await openBackend({ device, threads: 0 });
  const backend = tf.getBackend();
  const unsupported = [...gradientKernels, ...furtherKernels].filter(
    (kernel) => tf.getKernel(kernel, backend) === undefined,
  );
  const available = availableMemory();
  const free_bytes = backend === "wasm" ? Math.min(available, addressableBytes) : available;
  return { name, description, free_bytes, unsupported, flops: unsupported.length > 0 ? null : measureFlops() };
}
