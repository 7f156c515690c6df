import type { Argv } from "yargs";
import { RecipeError } from "../../errors.js";
import { buildVocabulary } from "../../vocabulary/build-vocabulary.js";
import { vocabularySchema } from "../../vocabulary/options.js";
import { type VocabularyMethodName, vocabularyMethodNames } from "../../vocabulary/registry.js";
import { vocabularyReport } from "../../vocabulary/report/vocabulary-report.js";
import { defineAction, defineCommand } from "../command.js";
import {
  type ComputingArguments,
  computing,
  type DocumentsArguments,
  type ReportingArguments,
  reporting,
  withDocuments,
} from "../common-options.js";
import { tokenizerPlace } from "../model-folder.js";
import { namedValues } from "../named-values.js";
import { createOutput } from "../output.js";
import { schemaOptions, sectionFrom } from "../schema-options.js";
import { withProgress } from "../with-progress.js";

interface BuildArguments extends ComputingArguments, DocumentsArguments, ReportingArguments {
  method: VocabularyMethodName;
  base?: string;
  corpus?: string[];
  from?: string;
  "keep-corpus"?: string[];
  "initial-alphabet"?: string;
  "special-token"?: string[];
  compare?: string[];
  out: string;
}

const build = defineCommand<BuildArguments>({
  command: "build",
  describe: "make a new vocabulary",
  builder: (yargs) =>
    withDocuments(reporting(computing(yargs)))
      .option("method", { choices: vocabularyMethodNames, demandOption: true, describe: "how it is made" })
      .option("base", { type: "string", describe: "the original tokenizer" })
      .option("corpus", { type: "string", array: true, describe: "globs of text", conflicts: "from" })
      .options(schemaOptions(vocabularySchema, ["method", "keep_corpus", "initial_alphabet", "special_tokens"]))
      .option("keep-corpus", {
        type: "string",
        array: true,
        describe: "keep the tokens that these texts use most (optimized)",
      })
      .option("initial-alphabet", { type: "string", describe: "characters that are tokens in any case (bpe, unigram)" })
      .option("special-token", { type: "string", array: true, describe: "further special tokens (bpe, unigram)" })
      .option("compare", {
        type: "string",
        array: true,
        describe: "text of the old language: how much is cut otherwise",
      })
      .option("out", { type: "string", demandOption: true, describe: "tokenizer folder to write" })
      .example("$0 vocab build --method extended --base data/tiny-base --corpus 'ru/*.txt' --size 900 --out t", ""),
  handler: async ({ method, base, corpus, documents: kind, compare, json, out, threads, ...options }) => {
    const place = (name: string | undefined) => name && tokenizerPlace(name);
    const text = (files: string[] | undefined) => files && { files, documents: kind };
    const [original, from] = [await place(base), await place(options.from)];
    const section = sectionFrom(
      vocabularySchema,
      { ...options },
      {
        method,
        ...(from !== undefined && { from }),
        ...(options["keep-corpus"] && { keep_corpus: text(options["keep-corpus"]) }),
        ...(options["initial-alphabet"] && { initial_alphabet: [...options["initial-alphabet"]] }),
        ...(options["special-token"] && { special_tokens: options["special-token"] }),
      },
    );
    const summary = await withProgress((progress) =>
      buildVocabulary(
        { ...section, base: original, corpus: text(corpus), compare: text(compare), out, threads },
        progress,
      ),
    );
    const output = createOutput(json);
    output.event({ event: "vocabulary", out, ...summary });
    output.line(
      `${out}: ${summary.size} tokens (kept ${summary.kept}, added ${summary.added}, removed ${summary.removed})`,
    );
    const { changed } = summary;
    if (changed) output.line(`${changed.changed} of ${changed.tokens} tokens of the text to compare are cut otherwise`);
  },
});

interface ReportArguments extends DocumentsArguments, ReportingArguments {
  tokenizer: string[];
  corpus: string[];
  out: string;
}

const report = defineCommand<ReportArguments>({
  command: "report",
  describe: "compare tokenizers on texts: symbols per token and more",
  builder: (yargs) =>
    withDocuments(reporting(computing(yargs)))
      .option("tokenizer", { type: "string", array: true, demandOption: true, describe: "NAME=PATH" })
      .option("corpus", { type: "string", array: true, demandOption: true, describe: "NAME=GLOB" })
      .option("out", { type: "string", demandOption: true, describe: "folder for report.json, .csv, .md, .html" })
      .example("$0 vocab report --tokenizer old=data/tiny-base new=t --corpus 'ru=ru/*.txt' --out r", ""),
  handler: async ({ documents: kind, out, json, ...options }) => {
    const corpora = Object.entries(namedValues(options.corpus, "--corpus"));
    const tokenizers = Object.create(null) as Record<string, string>;
    for (const [name, [place, another]] of Object.entries(namedValues(options.tokenizer, "--tokenizer"))) {
      if (another !== undefined) throw new RecipeError("command.options", `--tokenizer: ${name} names two tokenizers`);
      tokenizers[name] = await tokenizerPlace(place!);
    }
    const { rows } = await withProgress((progress) =>
      vocabularyReport(
        {
          tokenizers,
          corpora: Object.fromEntries(corpora.map(([name, files]) => [name, { files, documents: kind }])),
          out,
        },
        progress,
      ),
    );
    const output = createOutput(json);
    for (const row of rows) {
      output.event({ event: "row", ...row });
      output.line(`${row.tokenizer} on ${row.corpus}: ${row.symbols_per_token.toFixed(3)} symbols per token`);
    }
  },
});

export const vocabCommand = defineAction<object>({
  builder: (yargs: Argv) => yargs.command(build).command(report).demandCommand(1, "name one: build or report"),
  handler: () => {},
});
