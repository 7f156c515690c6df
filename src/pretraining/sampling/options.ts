/** `corpus.sampling` of a recipe. */
import { z } from "zod";
import { samplingMethodNames } from "./registry.js";

export const samplingSchema = z
  .strictObject({
    method: z
      .enum(samplingMethodNames)
      .default("proportional")
      .describe(
        "proportional: by size in tokens; weights: as given; temperature: by size^(1/temperature); unimax: equal, with a cap on repeats (arXiv 2304.09151).",
      ),
    temperature: z
      .number()
      .min(1)
      .default(3.33)
      .describe("With temperature: 1 is proportional, higher is more equal; 3.33 is mT5's (arXiv 2010.11934)."),
    max_repeats: z
      .number()
      .positive()
      .default(4)
      .describe(
        "With unimax: times that a corpus is read at most; up to 4 are nearly as good as new text (arXiv 2305.16264).",
      ),
  })
  .describe("How several corpora are mixed.");

export type SamplingOptions = z.infer<typeof samplingSchema>;
