import { focus } from "./focus.js";
import type { Initializer } from "./initializer.js";
import { mean } from "./mean.js";
import { ofa } from "./ofa.js";
import { omp } from "./omp.js";
import { random } from "./random.js";
import { script } from "./script.js";
import { tokenadapt } from "./tokenadapt.js";
import { wechsel } from "./wechsel.js";
import { weightedMean } from "./weighted-mean.js";

export const initializers = {
  mean,
  "weighted-mean": weightedMean,
  random,
  script,
  focus,
  wechsel,
  ofa,
  tokenadapt,
  omp,
} as const satisfies Record<string, Initializer>;

export type InitializerName = keyof typeof initializers;
export const initializerNames = Object.keys(initializers) as [InitializerName, ...InitializerName[]];
