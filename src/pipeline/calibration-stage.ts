import path from "node:path";
import { calibrate } from "../calibration/calibrate.js";
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
  const propagated = path.join(made.propagation.folder, "propagated");
  const texts = [options.copy_task?.corpus, options.plain_text?.corpus].filter((corpus) => corpus != null);
  return {
    name: "calibration",
    version: 1,
    inputs: {
      propagated,
      teacher,
      prompts: await corpusFiles({ files: options.prompts }),
      texts: (await Promise.all(texts.map((corpus) => corpusFiles(corpus)))).flat(),
    },
    options: {
      ...section,
      prompts: null,
      copy_task: withoutFiles(section.copy_task),
      plain_text: withoutFiles(section.plain_text),
      ...writtenAs(recipe),
    },
    seed: recipe.seed,
    run: async (folder, work) => {
      const students: Record<string, string> = { calibrated: propagated };
      for (const control of controls) {
        students[`control-${control}`] = control === "original" ? teacher : await initialised(work);
      }
      const result: CalibrationResult = {};
      for (const [row, model] of Object.entries(students)) {
        result[row] = await calibrate(
          {
            model,
            teacher,
            options,
            seed: recipe.seed,
            compute: computeOptions(context),
            output: recipe.output,
            out: path.join(folder, row),
            answers: path.join(work, "answers"),
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
