/** Why a kind of device cannot be used here, in words, with what to do about it. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import koffi from "koffi";
import { findGgmlFolder, type GgmlVariant, prepareFfi } from "./library.js";

export interface MissingDevice {
  reason: string;
  hint: string;
}

/** The system's own library that talks to the driver. */
const drivers: Partial<Record<GgmlVariant, { file: string; what: string; hint: string }>> = {
  cuda: {
    file: process.platform === "win32" ? "nvcuda.dll" : "libcuda.so.1",
    what: "NVIDIA driver",
    hint: "Install NVIDIA's driver, or choose device: cpu.",
  },
  vulkan: {
    file: process.platform === "win32" ? "vulkan-1.dll" : "libvulkan.so.1",
    what: "Vulkan loader",
    hint: "Install the Vulkan loader and the GPU's driver (Debian: libvulkan1, mesa-vulkan-drivers), or choose device: cpu.",
  },
};

/** Whether the driver's library is there; it says nothing about a device behind it. */
export function hasDriver(variant: GgmlVariant): boolean {
  const driver = drivers[variant];
  return driver === undefined || loadFault(driver.file) === null;
}

/** To be asked when no device of this kind was found. */
export function explainMissingDevice(variant: GgmlVariant): MissingDevice {
  const driver = drivers[variant];
  if (driver !== undefined && !hasDriver(variant)) {
    return { reason: `there is no ${driver.what} (${driver.file} cannot be loaded)`, hint: driver.hint };
  }
  const folder = findGgmlFolder(variant);
  const library = readdirSync(folder).find((name) => new RegExp(`^(lib)?ggml-${variant}\\.(so|dylib|dll)$`).test(name));
  if (library === undefined || !existsSync(path.join(folder, library))) {
    return { reason: `${folder} has no library for ${variant}`, hint: "Run npm ci." };
  }
  const fault = loadFault(path.join(folder, library));
  if (fault !== null) {
    const hint =
      variant === "cuda"
        ? "It needs CUDA's runtime libraries of version 13 (libcudart, libcublas), from NVIDIA or with npm's @node-llama-cpp/linux-x64-cuda-ext."
        : "Check the driver's libraries, or choose device: cpu.";
    return { reason: fault, hint };
  }
  const hint =
    variant === "vulkan"
      ? "Software devices are passed over unless GGML_VK_VISIBLE_DEVICES names one. Check vulkaninfo, or choose device: cpu."
      : "Check that the driver sees the device, or choose device: cpu.";
  return { reason: "the driver shows no device", hint };
}

/** What the system's loader says, or null where it can load the file. */
function loadFault(file: string): string | null {
  prepareFfi();
  try {
    koffi.load(file).unload();
    return null;
  } catch (error) {
    return (error as Error).message.split("\n")[0] ?? "it cannot be loaded";
  }
}
