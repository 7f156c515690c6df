import type { Engine } from "./engine.js";
import { ggmlEngine } from "./ggml/engine.js";

export const engines = { ggml: ggmlEngine } as const satisfies Record<string, Engine>;

export type EngineName = keyof typeof engines;

export function getEngine(name: EngineName = "ggml"): Engine {
  return engines[name];
}
