/** What a finished run has made, and what one may type next. */
import path from "node:path";
import type { Summary } from "../pipeline/summary.js";
import type { Recipe } from "../recipe.js";

export function nextSteps({ models }: Recipe, made: Summary, folder: string): string[] {
  const at = (...parts: string[]): string => path.join(folder, ...parts);
  const places: [made: unknown, what: string, place: string][] = [
    [made.calibration, "adapted instruct model", at("calibration", "calibrated")],
    [made.propagation, "propagated, not calibrated", at("propagation", "propagated")],
    [made.pretraining, "adapted base model", at("pretraining", "adapted")],
    [made.vocabulary, "new tokenizer", at("vocabulary", "tokenizer")],
  ];
  const there = places.filter(([stage]) => stage !== undefined);
  const best = there[0];
  if (best === undefined) return [];
  const width = Math.max(...there.map(([, what]) => what.length));
  const next =
    made.pretraining === undefined
      ? `lep vocab report --tokenizer original=${models.base} --tokenizer new=${best[2]} --corpus text=FILE --out OUT`
      : `lep export --model ${best[2]} --format gguf --type q8_0 --out model.gguf`;
  return ["", ...there.map(([, what, place]) => `${what.padEnd(width)}  ${place}`), `next: npx ${next}`];
}
