/** How several corpora are mixed, by the name that `corpus.sampling.method` has. */
import { proportional } from "./proportional.js";
import type { SamplingMethod } from "./sampling-method.js";
import { temperature } from "./temperature.js";
import { unimax } from "./unimax.js";
import { weights } from "./weights.js";

export const samplingMethods = {
  proportional,
  weights,
  temperature,
  unimax,
} as const satisfies Record<string, SamplingMethod>;

export type SamplingMethodName = keyof typeof samplingMethods;
export const samplingMethodNames = Object.keys(samplingMethods) as [SamplingMethodName, ...SamplingMethodName[]];
