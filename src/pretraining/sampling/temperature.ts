/**
 * A part proportional to size^(1/T): T = 1 is proportional, and the higher T, the more alike the parts are.
 * Devlin et al.'s multilingual BERT and Conneau et al. 2020 (arXiv 1911.02116, section 3.1) name the exponent
 * α = 1/T; Arivazhagan et al. 2019 (arXiv 1907.05019, section 4.2) name T.
 */
import type { SamplingMethod } from "./sampling-method.js";

export const temperature: SamplingMethod = (corpora, settings) => {
  // Shares of the largest, so that no power overflows.
  const largest = Math.max(...corpora.map(({ size }) => size));
  return corpora.map(({ size }) => (size / largest) ** (1 / settings.temperature));
};
