import type { Recipe } from "../recipe.js";
import type { Made } from "./run-context.js";

/** `summary.json`: the numbers of a run by stage, as the contract names them. */
export function summarise(recipe: Recipe, made: Made) {
  const { vocabulary, pretraining, propagation, calibration, benchmark } = made;
  return {
    name: recipe.name,
    seed: recipe.seed,
    ...(vocabulary && { vocabulary: vocabulary.result }),
    ...(pretraining && { pretraining: pretraining.result }),
    ...(propagation && {
      propagation: {
        method: recipe.propagation!.method,
        residual: propagation.result.propagated?.residual ?? null,
        rows: propagation.result,
      },
    }),
    ...(calibration && {
      calibration: {
        examples: calibration.result.calibrated?.examples ?? 0,
        loss: calibration.result.calibrated?.loss ?? null,
        sources: calibration.result.calibrated?.sources ?? {},
        rows: calibration.result,
      },
    }),
    ...(benchmark && { benchmark: { models: benchmark.result } }),
    seconds: Object.fromEntries(Object.entries(made).map(([name, outcome]) => [name, outcome.durationSeconds])),
  };
}

export type Summary = ReturnType<typeof summarise>;
