import type { Argv } from "yargs";
import { RecipeError } from "../../errors.js";
import { resolveTokenizerPlace } from "../../model/resolve-model-folder.js";
import { buildVocabulary } from "../../vocabulary/build-vocabulary.js";
import { type VocabularyMethodName, vocabularyMethodNames } from "../../vocabulary/registry.js";
import { vocabularyReport } from "../../vocabulary/report/vocabulary-report.js";
import { defineAction, defineCommand } from "../command.js";
import { computing, reporting } from "../common-options.js";
import { createOutput } from "../output.js";
import { withProgress } from "../with-progress.js";

interface BuildArguments {
  method: VocabularyMethodName;
  base?: string;
  corpus?: string[];
  documents: "file" | "blank_lines";
  from?: string;
  size?: number;
  keep?: number;
  "keep-corpus"?: string[];
  style?: "byte_level" | "sentencepiece";
  "initial-alphabet"?: string;
  "alphabet-limit"?: number;
  "special-token"?: string[];
  "split-digits"?: boolean;
  "memory-mb"?: number;
  "new-ids"?: "after_added" | "before_added";
  script?: string;
  "min-frequency"?: number;
  "max-token-length"?: number;
  "character-coverage"?: number;
  "byte-fallback"?: boolean;
  compare?: string[];
  out: string;
  threads: number;
  json: boolean;
}

const documents = {
  choices: ["file", "blank_lines"] as const,
  default: "file" as const,
  describe: "what a document is in a .txt file",
};

const build = defineCommand<BuildArguments>({
  command: "build",
  describe: "make a new vocabulary",
  builder: (yargs) =>
    reporting(computing(yargs))
      .option("method", { choices: vocabularyMethodNames, demandOption: true, describe: "how it is made" })
      .option("base", { type: "string", describe: "the original tokenizer" })
      .option("corpus", { type: "string", array: true, describe: "globs of text", conflicts: "from" })
      .option("documents", documents)
      .option("from", { type: "string", describe: "take the tokens to add from this tokenizer" })
      .option("size", { type: "number", describe: "tokens in all (bpe, unigram) or to add (extended, optimized)" })
      .option("keep", { type: "number", describe: "ids kept of the original (optimized)" })
      .option("keep-corpus", {
        type: "string",
        array: true,
        describe: "keep the tokens that these texts use most (optimized)",
      })
      .option("style", { choices: ["byte_level", "sentencepiece"] as const, describe: "how tokens write text (bpe)" })
      .option("initial-alphabet", { type: "string", describe: "characters that are tokens in any case (bpe, unigram)" })
      .option("alphabet-limit", { type: "number", describe: "most characters of the alphabet (bpe, sentencepiece)" })
      .option("special-token", { type: "string", array: true, describe: "further special tokens (bpe, unigram)" })
      .option("split-digits", { type: "boolean", describe: "no token holds two digits" })
      .option("script", { type: "string", describe: "a Unicode script, or /regex/ on the whole token" })
      .option("min-frequency", { type: "number", describe: "rarer pairs are not merged, rarer pieces not tried" })
      .option("max-token-length", { type: "number", describe: "longest token, in bytes or characters" })
      .option("character-coverage", { type: "number", describe: "share of characters with a piece each (unigram)" })
      .option("byte-fallback", { type: "boolean", describe: "bytes, not <unk>, for other characters (unigram)" })
      .option("memory-mb", {
        type: "number",
        describe: "memory of the training; beyond, the rarest words are left out",
      })
      .option("new-ids", { choices: ["after_added", "before_added"] as const, describe: "place of new ids (extended)" })
      .option("compare", {
        type: "string",
        array: true,
        describe: "text of the old language: how much is cut otherwise",
      })
      .option("out", { type: "string", demandOption: true, describe: "tokenizer folder to write" })
      .example("$0 vocab build --method extended --base data/tiny-base --corpus 'ru/*.txt' --size 900 --out t", ""),
  handler: async ({
    corpus,
    documents: kind,
    compare,
    json,
    out,
    method,
    base,
    from,
    size,
    keep,
    script,
    threads,
    ...rest
  }) => {
    const place = (name: string | undefined) => name && resolveTokenizerPlace(name);
    const [original, donor] = [await place(base), await place(from)];
    const summary = await withProgress((progress) =>
      buildVocabulary(
        {
          method,
          base: original,
          from: donor,
          size,
          keep,
          script,
          min_frequency: rest["min-frequency"],
          max_token_length: rest["max-token-length"],
          character_coverage: rest["character-coverage"],
          byte_fallback: rest["byte-fallback"],
          keep_corpus: rest["keep-corpus"] && { files: rest["keep-corpus"], documents: kind },
          style: rest.style,
          initial_alphabet: rest["initial-alphabet"] === undefined ? undefined : [...rest["initial-alphabet"]],
          alphabet_limit: rest["alphabet-limit"],
          special_tokens: rest["special-token"],
          split_digits: rest["split-digits"],
          memory_mb: rest["memory-mb"],
          new_ids: rest["new-ids"],
          corpus: corpus && { files: corpus, documents: kind },
          compare: compare && { files: compare, documents: kind },
          out,
          threads,
        },
        progress,
      ),
    );
    const output = createOutput(json);
    output.event({ event: "vocabulary", out, ...summary });
    output.line(
      `${out}: ${summary.size} tokens (kept ${summary.kept}, added ${summary.added}, removed ${summary.removed})`,
    );
  },
});

interface ReportArguments {
  tokenizer: string[];
  corpus: string[];
  documents: "file" | "blank_lines";
  out: string;
  json: boolean;
}

const report = defineCommand<ReportArguments>({
  command: "report",
  describe: "compare tokenizers on texts: symbols per token and more",
  builder: (yargs) =>
    reporting(computing(yargs))
      .option("tokenizer", { type: "string", array: true, demandOption: true, describe: "NAME=PATH" })
      .option("corpus", { type: "string", array: true, demandOption: true, describe: "NAME=GLOB" })
      .option("documents", documents)
      .option("out", { type: "string", demandOption: true, describe: "folder for report.json, .csv, .md, .html" })
      .example("$0 vocab report --tokenizer old=data/tiny-base new=t --corpus 'ru=ru/*.txt' --out r", ""),
  handler: async ({ documents: kind, out, json, ...options }) => {
    const corpora = Object.entries(named(options.corpus, "--corpus"));
    const tokenizers: Record<string, string> = {};
    for (const [name, [place]] of Object.entries(named(options.tokenizer, "--tokenizer"))) {
      tokenizers[name] = await resolveTokenizerPlace(place!);
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

/** `NAME=VALUE` options; a name may come several times. Throws `RecipeError`. */
function named(given: string[], option: string): Record<string, string[]> {
  const all: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const text of given) {
    const equals = text.indexOf("=");
    if (equals < 1) throw new RecipeError("command.options", `${option} ${text}: expected NAME=VALUE`);
    const name = text.slice(0, equals);
    all[name] = [...(all[name] ?? []), text.slice(equals + 1)];
  }
  return all;
}
