import { initialise } from "../../pretraining/initialise.js";
import { type InitializerName, initializerNames } from "../../pretraining/initializers/registry.js";
import { defineAction } from "../command.js";
import { computing, outputFrom, reporting, type WritingArguments, writing } from "../common-options.js";
import { modelFolder, tokenizerPlace } from "../model-folder.js";
import { createOutput } from "../output.js";
import { checkOutputFolder } from "../output-folder.js";
import { withProgress } from "../with-progress.js";

interface Arguments extends WritingArguments {
  model: string;
  tokenizer: string;
  initializer: InitializerName;
  "head-initializer"?: InitializerName;
  seed: number;
  out: string;
  json: boolean;
}

export const initCommand = defineAction<Arguments>({
  builder: (yargs) =>
    writing(reporting(computing(yargs)))
      .option("model", { type: "string", demandOption: true, describe: "model folder or hub id" })
      .option("tokenizer", { type: "string", demandOption: true, describe: "folder of the new tokenizer" })
      .option("initializer", {
        choices: initializerNames,
        default: "mean" as InitializerName,
        describe: "how new rows begin",
      })
      .option("head-initializer", {
        choices: initializerNames,
        describe: "the same for the LM head, where it is another",
      })
      .option("seed", { type: "number", default: 0, describe: "seed of what an initializer draws" })
      .option("out", { type: "string", demandOption: true, describe: "model folder to write" })
      .example("$0 init --model data/tiny-base --tokenizer my-tokenizer --out my-base", ""),
  handler: async ({ initializer, seed, out, json, ...options }) => {
    const written = outputFrom(options);
    const tokenizer = await tokenizerPlace(options.tokenizer);
    const model = await modelFolder(options.model);
    checkOutputFolder(out, [model, tokenizer, options.model]);
    await withProgress((progress) =>
      initialise(
        { model, tokenizer, initializer, head_initializer: options["head-initializer"], seed, out, output: written },
        progress,
      ),
    );
    const output = createOutput(json);
    output.event({ event: "initialised", model, tokenizer, out });
    output.line(`${out}: rows for ${tokenizer}`);
  },
});
