/** By size, so that one epoch is every block once. */
import type { SamplingMethod } from "./sampling-method.js";

export const proportional: SamplingMethod = (corpora) => corpora.map(({ size }) => size);
