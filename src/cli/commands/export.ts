import { exportGguf } from "../../model/gguf/export-gguf.js";
import { resolveModelFolder } from "../../model/resolve-model-folder.js";
import { defineAction } from "../command.js";
import { computing, reporting } from "../common-options.js";
import { createOutput } from "../output.js";
import { withProgress } from "../with-progress.js";

const types = ["f32", "f16", "bf16", "q8_0"] as const;

interface Arguments {
  model: string;
  format: "gguf";
  type: (typeof types)[number];
  out: string;
  json: boolean;
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
    const model = await resolveModelFolder(options.model);
    await withProgress((progress) => exportGguf({ model, out, type }, progress));
    const output = createOutput(json);
    output.event({ event: "exported", model, out, type });
    output.line(`${out}: ${type}`);
  },
});
