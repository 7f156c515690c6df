import path from "node:path";
import { RecipeError } from "../errors.js";
import { packageRoot } from "../package-root.js";
import type { TuningOptions } from "./options.js";
import { type CalibrationSource, type CalibrationSourceName, calibrationSources } from "./sources/registry.js";

/** A source of a section, with what it reads. */
export interface NamedSource {
  name: string;
  source: CalibrationSourceName;
  definition: CalibrationSource;
  files: string[];
  weight: number | undefined;
}

type SourceKeys = Pick<TuningOptions, "source" | "prompts" | "instructions" | "sources">;

/** The sources of a checked section, in its order: those under `sources`, or the one of `source`, named after itself. */
export function namedSources(section: SourceKeys): NamedSource[] {
  const { source = "self", prompts, instructions } = section;
  const entries = Object.entries(section.sources ?? { [source]: { source, prompts, instructions, weight: undefined } });
  return entries.map(([name, one]) => {
    const definition: CalibrationSource = calibrationSources[one.source];
    const shipped = definition.shipped === undefined ? [] : [path.join(packageRoot(), definition.shipped)];
    return {
      name,
      source: one.source,
      definition,
      files: one[definition.files] ?? shipped,
      weight: one.weight,
    };
  });
}

/** Throws `RecipeError` where a source asks the teacher and there is none. */
export function checkTeacher(section: SourceKeys, isNamed: boolean): void {
  const asking = isNamed ? undefined : namedSources(section).find(({ definition }) => definition.asksTeacher);
  if (asking === undefined) return;
  throw new RecipeError(
    "calibration.no_teacher",
    `calibration source ${asking.name} asks the original instruct model, and none is named`,
    { hint: "Name its folder as the teacher (lep calibrate --teacher)." },
  );
}
