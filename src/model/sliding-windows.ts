/**
 * Which layers look back only so far. A position of a layer with a window of w sees itself and the w − 1 positions before
 * it (transformers, masking_utils: sliding_window_overlay).
 */
import { type Architecture, families } from "./architectures.js";

/** The keys of config.json that families take windows from; which of them count depends on the family. */
export interface WindowKeys {
  num_hidden_layers: number;
  sliding_window?: number | null | undefined;
  use_sliding_window?: boolean | null | undefined;
  max_window_layers?: number | null | undefined;
  layer_types?: string[] | null | undefined;
}

/** What an absent key means in MistralConfig, Qwen2Config and Qwen3Config. */
const defaultWindow = 4096;
const defaultFullLayers = 28;

const kinds = ["full_attention", "sliding_attention"];

/**
 * Positions that each layer sees, null where it sees all. `layer_types` goes before the rule of the family; with Mistral
 * too, since transformers' AutoConfig takes such a file for Ministral, which differs in nothing else.
 */
export function slidingWindows(architecture: Architecture, keys: WindowKeys, faults: string[]): (number | null)[] {
  const layers = keys.num_hidden_layers;
  const full = new Array<null>(layers).fill(null);
  const { windows } = families[architecture];
  if (windows === "none") return full;
  const used = windows === "all_layers" || keys.use_sliding_window === true;
  const window = used ? (keys.sliding_window === undefined ? defaultWindow : keys.sliding_window) : null;
  const types = keys.layer_types;
  if (types) faults.push(...layerTypeFaults(types, layers, window, used));
  if (window === null) return full;
  if (!Number.isInteger(window) || window < 1) {
    faults.push(`sliding_window: ${window}, expected a whole number above 0`);
    return full;
  }
  const fullLayers = windows === "all_layers" ? 0 : (keys.max_window_layers ?? defaultFullLayers);
  return full.map((_, layer) => {
    const slides = types ? types[layer] === "sliding_attention" : layer >= fullLayers;
    return slides ? window : null;
  });
}

function layerTypeFaults(types: string[], layers: number, window: number | null, used: boolean): string[] {
  const faults = [...new Set(types)]
    .filter((type) => !kinds.includes(type))
    .map((type) => `layer_types: ${JSON.stringify(type)} is not supported, only ${kinds.join(" and ")} are`);
  if (types.length !== layers) faults.push(`layer_types: ${types.length} entries, but num_hidden_layers is ${layers}`);
  if (window === null && types.includes("sliding_attention")) {
    faults.push(
      `layer_types: sliding_attention, but ${used ? "sliding_window is null" : "use_sliding_window is not true"}`,
    );
  }
  return faults;
}
