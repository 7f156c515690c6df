import { readModelConfig } from "../../model/config.js";
import { exactContext } from "../../model/gguf/exact-context.js";
import { exportGguf } from "../../model/gguf/export-gguf.js";
import { defineAction } from "../command.js";
import { computing, type ReportingArguments, reporting } from "../common-options.js";
import { modelFolder } from "../model-folder.js";
import { createOutput } from "../output.js";
import { checkOutputFile } from "../output-place.js";
import { withProgress } from "../with-progress.js";

const types = ["f32", "f16", "bf16", "q8_0"] as const;

interface Arguments extends ReportingArguments {
  model: string;
  format: "gguf";
  type: (typeof types)[number];
  out: string;
}

export const exportCommand = defineAction<Arguments>({
  builder: (yargs) =>
    reporting(computing(yargs))
      .option("model", { type: "string", demandOption: true, describe: "model folder or hub id" })
      .option("format", { choices: ["gguf"] as const, default: "gguf" as const, describe: "file format" })
      .option("type", { choices: types, default: "f16" as (typeof types)[number], describe: "type of the weights" })
      .option("out", { type: "string", demandOption: true, describe: "file to write" })
      .example("$0 export --model data/tiny-instruct --type q8_0 --out tiny.gguf", ""),
  handler: async ({ type, out, json, ...options }) => {
    checkOutputFile(out);
    const model = await modelFolder(options.model);
    await withProgress((progress, signal) => exportGguf({ model, out, type }, progress, signal));
    const output = createOutput(json);
    const config = readModelConfig(model);
    const exact = exactContext(config);
    output.event({ event: "exported", model, out, type, exact_context: exact });
    output.line(`${out}: ${type}`);
    if (exact < config.max_position_embeddings) {
      output.line(`llama.cpp has no sliding window for this model: beyond ${exact} positions its answers differ`);
    }
  },
});
