import path from "node:path";
import { calibrate } from "../calibration/calibrate.js";
import { collectAnswers } from "../calibration/collect-answers.js";
import { namedSources } from "../calibration/named-sources.js";
import type { TuningOptions } from "../calibration/options.js";
import { loadTokenizer } from "../tokenizer/load-tokenizer.js";
import { corpusFiles, withoutFiles } from "./corpora.js";
import { initialiseRows } from "./initialise-rows.js";
import { type CalibrationResult, computeOptions, type DefineStage, writtenAs } from "./run-context.js";

/** Stage 4: the tuned model in `calibrated/`, and the controls that the recipe names, tuned in the same way. */
export const calibrationStage: DefineStage<CalibrationResult> = async (context, made) => {
  const { recipe, models, progress, signal } = context;
  const section = recipe.calibration;
  const teacher = models.instruct;
  if (section === undefined || made.propagation === undefined || teacher === undefined) return undefined;
  const { controls, ...options } = section;
  const row = (name: string): string => path.join(made.propagation!.folder, name);
  const propagated = row("propagated");
  const further = Object.fromEntries(
    controls.filter((name) => name !== "initialised" && name !== "original").map((name) => [name, row(name)]),
  );
  const texts = [options.copy_task?.corpus, options.plain_text?.corpus].filter((corpus) => corpus != null);
  return {
    name: "calibration",
    version: 2,
    inputs: {
      propagated,
      ...further,
      teacher,
      ...(await sourceFiles(options)),
      texts: (await Promise.all(texts.map((corpus) => corpusFiles(corpus)))).flat(),
    },
    options: {
      ...section,
      ...withoutSourceFiles(section),
      copy_task: withoutFiles(section.copy_task),
      plain_text: withoutFiles(section.plain_text),
      ...writtenAs(recipe),
    },
    seed: recipe.seed,
    run: async (folder, work) => {
      const students: Record<string, string> = { calibrated: propagated };
      for (const control of controls) {
        students[`control-${control}`] =
          control === "original" ? teacher : (further[control] ?? (await initialised(work)));
      }
      const compute = computeOptions(context);
      // For all of them at once; `checkCalibration` has looked at what the sources read.
      const answers = await collectAnswers(
        {
          ...{ teacher, options, compute, seed: recipe.seed, work: path.join(work, "answers") },
          tokenizer: await loadTokenizer(teacher),
        },
        progress,
        signal,
      );
      const result: CalibrationResult = {};
      for (const [row, model] of Object.entries(students)) {
        result[row] = await calibrate(
          {
            model,
            teacher,
            options,
            seed: recipe.seed,
            compute,
            output: recipe.output,
            out: path.join(folder, row),
            answers,
            work: path.join(work, row),
          },
          progress,
          signal,
        );
      }
      return result;
    },
  };

  /** The instruct model with new rows and nothing propagated: what calibration alone can do. */
  async function initialised(work: string): Promise<string> {
    const out = path.join(work, "initialised");
    await initialiseRows(context, teacher!, propagated, out);
    return out;
  }
};

/** What the sources read, by the name of each. */
async function sourceFiles(options: TuningOptions): Promise<Record<string, string[]>> {
  const sources = namedSources(options);
  const files = await Promise.all(sources.map((one) => corpusFiles({ files: one.files })));
  return Object.fromEntries(sources.map(({ name }, i) => [`source ${name}`, files[i]!]));
}

/** Which files, the inputs say. */
function withoutSourceFiles({ sources }: TuningOptions): object {
  const bare = Object.entries(sources ?? {}).map(([name, { source, weight }]) => [name, { source, weight }]);
  return { prompts: null, instructions: null, ...(sources && { sources: Object.fromEntries(bare) }) };
}
