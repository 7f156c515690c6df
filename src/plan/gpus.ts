/**
 * GPUs that a plan can be made for without having one: dense bf16 with sums in float32, memory and its bandwidth. NVIDIA's published
 * figures, not measured here; those with sparsity are halved. GB are 10⁹ bytes, a little less than the cards have.
 */
import { RecipeError } from "../errors.js";

export interface Gpu {
  name: string;
  /** Floating-point operations a second. */
  flops: number;
  /** Bytes. */
  memory: number;
  /** Bytes a second. */
  bandwidth: number;
}

/** TFLOP/s, GB, GB/s. */
const table = {
  A10: [125, 24, 600],
  "A100-40GB": [312, 40, 1555],
  "A100-80GB": [312, 80, 2039],
  B200: [2250, 180, 8000],
  H100: [989, 80, 3350],
  "H100-PCIe": [756, 80, 2000],
  H200: [989, 141, 4800],
  L4: [121, 24, 300],
  L40S: [362, 48, 864],
  "RTX-3090": [71, 24, 936],
  "RTX-4090": [165, 24, 1008],
  "RTX-A6000": [155, 48, 768],
} as const satisfies Record<string, readonly [number, number, number]>;

export const gpuNames = Object.keys(table);

/** Upper and lower case, spaces and dashes do not matter. Throws `RecipeError` with all names. */
export function findGpu(name: string): Gpu {
  const found = Object.entries(table).find(([known]) => plain(known) === plain(name));
  if (found !== undefined) return gpuOf(found);
  throw new RecipeError("plan.unknown_gpu", `--gpu ${name}: no such GPU in the table`, {
    hint: `Known: ${gpuNames.join(", ")}.`,
  });
}

/** The GPU that a device's own description names, such as `NVIDIA A100-SXM4-80GB`. */
export function gpuNamedIn(description: string): Gpu | undefined {
  const within = plain(description);
  const fitting = Object.entries(table).filter(([name]) => partsOf(name).every((part) => within.includes(plain(part))));
  // Of `H100` and `H100-PCIe` the one that says more.
  const longest = fitting.sort(([a], [b]) => b.length - a.length)[0];
  return longest === undefined ? undefined : gpuOf(longest);
}

function gpuOf([name, [tera, memory, bandwidth]]: [string, readonly [number, number, number]]): Gpu {
  return { name, flops: 1e12 * tera, memory: 1e9 * memory, bandwidth: 1e9 * bandwidth };
}

const partsOf = (name: string): string[] => name.split("-");
const plain = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]/g, "");
