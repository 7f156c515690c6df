import { calibrate } from "../../calibration/calibrate.js";
import { checkTeacher } from "../../calibration/named-sources.js";
import { calibrationSchema } from "../../calibration/options.js";
import { defineAction } from "../command.js";
import {
  type ComputingArguments,
  computeFrom,
  computing,
  outputFrom,
  type ReportingArguments,
  reporting,
  seeded,
  type WritingArguments,
  writing,
} from "../common-options.js";
import { modelFolder } from "../model-folder.js";
import { createOutput } from "../output.js";
import { checkOutputFolder } from "../output-place.js";
import { schemaOptions, sectionFrom } from "../schema-options.js";
import { withProgress } from "../with-progress.js";
import { withWorkFolder } from "../work-folder.js";

interface Arguments extends ComputingArguments, ReportingArguments, WritingArguments {
  model: string;
  teacher?: string;
  out: string;
  seed: number;
}

export const calibrateCommand = defineAction<Arguments>({
  builder: (yargs) =>
    seeded(writing(reporting(computing(yargs))))
      .option("model", { type: "string", demandOption: true, describe: "the propagated model" })
      .option("teacher", { type: "string", describe: "the original instruct model, which answers the prompts" })
      .option("out", { type: "string", demandOption: true, describe: "model folder to write" })
      .options(schemaOptions(calibrationSchema))
      .example("$0 calibrate --model P --teacher I --prompts prompts.jsonl --steps 300 --out C", "its own answers")
      .example("$0 calibrate --model P --source instructions --instructions chats.parquet --out C", "a chat dataset"),
  handler: async ({ out, seed, json, ...options }) => {
    const written = outputFrom(options);
    const section = sectionFrom(calibrationSchema, { ...options });
    checkTeacher(section, options.teacher !== undefined);
    checkOutputFolder(out, [options.model, options.teacher]);
    const model = await modelFolder(options.model);
    const teacher = options.teacher === undefined ? undefined : await modelFolder(options.teacher);
    checkOutputFolder(out, [model, teacher]);
    const job = { model, teacher, options: section, seed, compute: computeFrom(options), out, output: written };
    const summary = await withWorkFolder(out, (work) =>
      withProgress((progress, signal) => calibrate({ ...job, work }, progress, signal)),
    );
    const output = createOutput(json);
    output.event({ event: "calibrated", out, ...summary });
    output.line(
      `${out}: ${summary.examples} examples, loss ${summary.loss.before.toFixed(3)} → ${summary.loss.after.toFixed(3)}`,
    );
  },
});
