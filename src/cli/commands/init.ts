import { type InitialiseSummary, initialise } from "../../pretraining/initialise.js";
import { initializerOptionsSchema } from "../../pretraining/initializers/options.js";
import { type InitializerName, initializerNames } from "../../pretraining/initializers/registry.js";
import { defineAction } from "../command.js";
import {
  computing,
  type DocumentsArguments,
  outputFrom,
  type ReportingArguments,
  reporting,
  seeded,
  type WritingArguments,
  withDocuments,
  writing,
} from "../common-options.js";
import { modelFolder, tokenizerPlace } from "../model-folder.js";
import { createOutput } from "../output.js";
import { checkOutputFolder } from "../output-place.js";
import { schemaOptions, sectionFrom } from "../schema-options.js";
import { withProgress } from "../with-progress.js";

interface Arguments extends DocumentsArguments, ReportingArguments, WritingArguments {
  model: string;
  tokenizer: string;
  initializer: InitializerName;
  "head-initializer"?: InitializerName;
  corpus?: string[];
  seed: number;
  out: string;
  threads: number;
}

export const initCommand = defineAction<Arguments>({
  builder: (yargs) =>
    withDocuments(seeded(writing(reporting(computing(yargs)))))
      .option("model", { type: "string", demandOption: true, describe: "model folder or hub id" })
      .option("tokenizer", { type: "string", demandOption: true, describe: "folder of the new tokenizer" })
      .option("initializer", {
        choices: initializerNames,
        default: "mean" as InitializerName,
        describe: "how new rows begin",
      })
      .option("head-initializer", {
        choices: initializerNames,
        describe: "the same for the LM head, where it is another; without options of its own",
      })
      .option("corpus", {
        type: "string",
        array: true,
        describe: "globs of text of the new language, for initializers that read some",
      })
      .options(schemaOptions(initializerOptionsSchema, ["method"]))
      .option("out", { type: "string", demandOption: true, describe: "model folder to write" })
      .example("$0 init --model data/tiny-base --tokenizer my-tokenizer --out my-base", "")
      .example(
        "$0 init --model data/tiny-base --tokenizer my-tokenizer --initializer focus --corpus 'texts/*.txt' --out my-base",
        "",
      ),
  handler: async ({ corpus, documents, seed, out, threads, json, ...given }) => {
    const initializer = sectionFrom(initializerOptionsSchema, given, { method: given.initializer });
    const written = outputFrom(given);
    checkOutputFolder(out, [given.model, given.tokenizer]);
    const tokenizer = await tokenizerPlace(given.tokenizer);
    const model = await modelFolder(given.model);
    checkOutputFolder(out, [model, tokenizer]);
    const summary = await withProgress((progress, signal) =>
      initialise(
        {
          model,
          tokenizer,
          initializer,
          head_initializer: given["head-initializer"],
          ...(corpus && { corpus: { files: corpus, documents } }),
          seed,
          out,
          output: written,
          threads,
        },
        progress,
        signal,
      ),
    );
    const output = createOutput(json);
    output.event({ event: "initialised", model, tokenizer, out, ...summary });
    for (const line of linesOf(summary)) output.line(`${out}: ${line}`);
  },
});

function linesOf({ rows, several_pieces, matrices }: InitialiseSummary): string[] {
  const made = Object.entries(matrices).map(([matrix, { initializer, fallbacks, vectors }]) => {
    const space = vectors === undefined ? "" : `, auxiliary vectors: ${vectors.source}`;
    const rest = fallbacks === 0 ? "" : `, ${fallbacks} of them means of pieces for want of a vector`;
    return `${matrix}: ${several_pieces} new rows by ${initializer}${rest}${space}`;
  });
  return [`${rows} rows`, ...made];
}
