import type { Engine, EnginePlanning } from "./engine.js";
import { ggmlEngine } from "./ggml/engine.js";
import { tfjsEngine } from "./tfjs/engine.js";

export const engines = { ggml: ggmlEngine, tfjs: tfjsEngine } as const satisfies Record<
  string,
  Engine & EnginePlanning
>;

export type EngineName = keyof typeof engines;
export const engineNames = Object.keys(engines) as [EngineName, ...EngineName[]];

export function getEngine(name: EngineName = "ggml"): Engine & EnginePlanning {
  return engines[name];
}
