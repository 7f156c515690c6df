import type { Recipe } from "../../recipe.js";
import type { RunReport } from "../../report/run-report.js";
import type { Made } from "../run-context.js";
import { benchmarkSection } from "./benchmark-section.js";
import { calibrationSection } from "./calibration-section.js";
import { costSection } from "./cost-section.js";
import { filesSection } from "./files-section.js";
import { modelsSection } from "./models-section.js";
import { pretrainingSection } from "./pretraining-section.js";
import { propagationSection } from "./propagation-section.js";
import { vocabularySection } from "./vocabulary-section.js";

/** What the report of a run shows, from what its stages made. */
export function reportOfRun(recipe: Recipe, made: Made): RunReport {
  const sections = [
    modelsSection(recipe),
    vocabularySection(made),
    pretrainingSection(made),
    propagationSection(made),
    calibrationSection(made),
    benchmarkSection(made),
    costSection(made),
    filesSection(made),
  ];
  return {
    title: recipe.report?.title ?? `${recipe.name}: a run of lep`,
    sections: sections.filter((section) => section !== undefined),
  };
}
