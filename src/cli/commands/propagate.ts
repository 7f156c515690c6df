import { cutCharacters } from "../../propagation/count-cuts.js";
import { propagate } from "../../propagation/propagate.js";
import { type PropagationMethodName, propagationMethodNames } from "../../propagation/registry.js";
import { defineAction } from "../command.js";
import {
  type ComputingArguments,
  computing,
  outputFrom,
  type ReportingArguments,
  reporting,
  type WritingArguments,
  wholeNumber,
  writing,
} from "../common-options.js";
import { modelFolder } from "../model-folder.js";
import { createOutput } from "../output.js";
import { checkOutputFolder } from "../output-place.js";
import { withProgress } from "../with-progress.js";

interface Arguments extends ComputingArguments, ReportingArguments, WritingArguments {
  base: string;
  instruct: string;
  adapted: string;
  method: PropagationMethodName;
  corpus?: string[];
  "corpus-characters": number;
  out: string;
}

export const propagateCommand = defineAction<Arguments>({
  builder: (yargs) =>
    writing(reporting(computing(yargs)))
      .option("base", { type: "string", demandOption: true, describe: "the original base model" })
      .option("instruct", { type: "string", demandOption: true, describe: "the original instruct model" })
      .option("adapted", { type: "string", demandOption: true, describe: "the base with trained new embeddings" })
      .option("method", {
        choices: propagationMethodNames,
        default: "conversion" as PropagationMethodName,
        describe: "the map between the two embedding spaces",
      })
      .option("corpus", { type: "string", array: true, describe: "globs of text, for conversion-frequency" })
      .option("corpus-characters", {
        ...{ type: "number", default: cutCharacters, describe: "how much of it is read" },
        coerce: wholeNumber("corpus-characters"),
      })
      .option("out", { type: "string", demandOption: true, describe: "model folder to write" })
      .example("$0 propagate --base B --instruct I --adapted A --method conversion --out P", ""),
  handler: async ({ method, corpus: files, "corpus-characters": characters, out, threads, json, ...models }) => {
    const written = outputFrom(models);
    const corpus = files && { corpus: { files, characters } };
    checkOutputFolder(out, [models.base, models.instruct, models.adapted]);
    const base = await modelFolder(models.base);
    const instruct = await modelFolder(models.instruct);
    const adapted = await modelFolder(models.adapted);
    checkOutputFolder(out, [base, instruct, adapted]);
    const summary = await withProgress((progress, signal) =>
      propagate({ base, instruct, adapted, method, ...corpus, out, output: written, threads, signal }, progress),
    );
    const output = createOutput(json);
    output.event({ event: "propagated", out, ...summary });
    output.line(`${out}: ${method}, relative residual ${JSON.stringify(summary.residual)}`);
  },
});
