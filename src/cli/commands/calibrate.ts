import { calibrate } from "../../calibration/calibrate.js";
import { calibrationSchema } from "../../calibration/options.js";
import type { Device } from "../../engine/engine.js";
import type { EngineName } from "../../engine/registry.js";
import { defineAction } from "../command.js";
import {
  computeFrom,
  computing,
  outputFrom,
  reporting,
  type WritingArguments,
  wholeNumber,
  writing,
} from "../common-options.js";
import { modelFolder } from "../model-folder.js";
import { createOutput } from "../output.js";
import { checkOutputFolder } from "../output-folder.js";
import { schemaOptions, sectionFrom } from "../schema-options.js";
import { withProgress } from "../with-progress.js";
import { withWorkFolder } from "../work-folder.js";

interface Arguments extends WritingArguments {
  model: string;
  teacher?: string;
  out: string;
  seed: number;
  engine: EngineName;
  device: Device;
  threads: number;
  json: boolean;
}

export const calibrateCommand = defineAction<Arguments>({
  builder: (yargs) =>
    writing(reporting(computing(yargs)))
      .option("model", { type: "string", demandOption: true, describe: "the propagated model" })
      .option("teacher", { type: "string", describe: "the original instruct model, which answers the prompts" })
      .option("out", { type: "string", demandOption: true, describe: "model folder to write" })
      .option("seed", {
        ...{ type: "number", default: 0, describe: "seed of everything that is drawn by chance" },
        coerce: wholeNumber("seed"),
      })
      .options(schemaOptions(calibrationSchema))
      .example("$0 calibrate --model P --teacher I --prompts prompts.jsonl --steps 300 --out C", "its own answers")
      .example("$0 calibrate --model P --source instructions --instructions chats.parquet --out C", "a chat dataset"),
  handler: async ({ out, seed, json, ...options }) => {
    const written = outputFrom(options);
    const section = sectionFrom(calibrationSchema, { ...options });
    const model = await modelFolder(options.model);
    const teacher = options.teacher === undefined ? undefined : await modelFolder(options.teacher);
    checkOutputFolder(out, [model, teacher, options.model, options.teacher]);
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
