/** Opens a device, and the little that has to be said to it apart from graphs. */
import { existsSync, readdirSync } from "node:fs";
import koffi from "koffi";
import { EngineError } from "../../errors.js";
import { availableMemory } from "../available-memory.js";
import type { Device } from "../engine.js";
import { cpuThreads } from "./cpu-threads.js";
import type { Pointer } from "./functions.js";
import { findGgmlFolder, type Ggml, type GgmlVariant, loadGgml } from "./library.js";
import { createMemoryLedger, type MemoryLedger, type MemoryUse, memoryUses } from "./memory-use.js";
import { explainMissingDevice, hasDriver } from "./missing-device.js";

export interface Backend {
  ggml: Ggml;
  handle: Pointer;
  /** For example `CPU` or `CUDA0`, and what it is. */
  name: string;
  description: string;
  isCpu: boolean;
  /** Default memory of the device. */
  bufferType: Pointer;
  /** CPU threads that compute; 0 on a GPU. */
  threads: number;
  memory: MemoryLedger;
  /** Nothing is allocated or computed, only counted: see memory-estimate.ts. */
  planning: boolean;
  /** Collects what the device cannot compute, instead of an error at the first. */
  unsupported?: Set<string>;
  /** Bytes that the device has free now. */
  freeMemory(): number;
}

const deviceType = { cpu: 0, gpu: 1, integratedGpu: 2 };

/** Loaded once: a second time would register every device again. */
const withDevices = new Set<Ggml>();

/**
 * `threads` 0: all cores. `exact`: sums and products in float32 also where the device would rather take 16 bits.
 * Throws `EngineError` where the device or its library is not there.
 */
export function openBackend(device: Device, threads: number, exact = false): Backend {
  // Read by ggml when the device is opened; its Vulkan kernels multiply in 16 bits otherwise.
  if (exact) process.env.GGML_VK_DISABLE_F16 = "1";
  const variant = device === "auto" ? chooseVariant() : device;
  const ggml = loadGgml(variant);
  if (!withDevices.has(ggml)) {
    ggml.ggml_backend_load_all_from_path(ggml.folder);
    withDevices.add(ggml);
  }
  // Every folder of ggml's libraries has those of the CPU too.
  const found = findDevice(ggml, variant !== "cpu") ?? (device === "auto" ? findDevice(ggml, false) : null);
  if (found === null) {
    const { reason, hint } = explainMissingDevice(variant);
    throw new EngineError("engine.device", `no ${device} device: ${reason}`, { hint });
  }
  const handle = ggml.ggml_backend_dev_init(found, null);
  if (!handle) throw new EngineError("engine.device", `${ggml.ggml_backend_dev_name(found)} cannot be opened`);
  const isCpu = ggml.ggml_backend_dev_type(found) === deviceType.cpu;
  if (isCpu) setThreads(ggml, found, handle, cpuThreads(threads));
  return {
    ggml,
    handle,
    name: ggml.ggml_backend_dev_name(found),
    description: ggml.ggml_backend_dev_description(found),
    isCpu,
    bufferType: ggml.ggml_backend_get_default_buffer_type(handle),
    threads: isCpu ? cpuThreads(threads) : 0,
    memory: createMemoryLedger(),
    planning: false,
    freeMemory() {
      // A CPU device counts what files of the page cache occupy as taken.
      if (isCpu) return availableMemory();
      const [free, total] = [new BigUint64Array(1), new BigUint64Array(1)];
      ggml.ggml_backend_dev_memory(found, free, total);
      return Number(free[0]);
    },
  };
}

/** The same device as a backend that only counts what would be allocated. */
export function planningBackend(backend: Backend): Backend {
  return { ...backend, planning: true, memory: createMemoryLedger() };
}

/** Metal on its machines; CUDA where a driver and the package are there; Vulkan where the system shows a GPU; else the CPU. */
function chooseVariant(): GgmlVariant {
  if (process.platform === "darwin") return process.arch === "arm64" ? "metal" : "cpu";
  const candidates = [
    ["cuda", hasDriver("cuda")],
    ["vulkan", hasGpuNode() && hasDriver("vulkan")],
  ] as const;
  for (const [variant, possible] of candidates) {
    if (!possible) continue;
    try {
      findGgmlFolder(variant);
      return variant;
    } catch {
      // Not installed: the next one.
    }
  }
  return "cpu";
}

/** Linux has a node for every GPU; elsewhere only opening it tells. */
const hasGpuNode = (): boolean =>
  process.platform !== "linux" ||
  (existsSync("/dev/dri") && readdirSync("/dev/dri").some((name) => name.startsWith("renderD")));

function findDevice(ggml: Ggml, gpu: boolean): Pointer | null {
  for (let i = 0; i < ggml.ggml_backend_dev_count(); i++) {
    const candidate = ggml.ggml_backend_dev_get(i);
    const type = ggml.ggml_backend_dev_type(candidate);
    if (gpu ? type === deviceType.gpu || type === deviceType.integratedGpu : type === deviceType.cpu) return candidate;
  }
  return null;
}

function setThreads(ggml: Ggml, device: Pointer, handle: Pointer, threads: number): void {
  const registry = ggml.ggml_backend_dev_backend_reg(device);
  const address = ggml.ggml_backend_reg_get_proc_address(registry, "ggml_backend_set_n_threads");
  koffi.call(address, koffi.proto("void", ["void*", "int"]), handle, threads);
}

export function outOfMemory(backend: Backend, use: MemoryUse): EngineError {
  return new EngineError("engine.out_of_memory", `${backend.name} has no memory left for ${memoryUses[use]}`, {
    hint: "Choose activation_checkpointing, a smaller micro_batch, shorter blocks, bf16 or q8_0 precision, or rows: new.",
  });
}
