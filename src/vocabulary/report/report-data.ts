/** What `report.json` holds, and what the other three files are made from. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { TokenizerEfficiency } from "../../tokenizer/symbols-per-token.js";
import type { TokenPart } from "./cut-sentence.js";
import type { TokenStatistics } from "./token-counter.js";
import type { TokenizerFacts } from "./tokenizer-facts.js";

/** One tokenizer on one corpus. */
export interface VocabularyReportRow extends TokenizerEfficiency, TokenStatistics {
  tokenizer: string;
  corpus: string;
}

/** One corpus, whatever the tokenizer. */
export interface CorpusFacts {
  corpus: string;
  /** Unicode name of the script that most of its letters are of; null where it has no letters of a known one. */
  script: string | null;
}

/** One sentence of a corpus as every tokenizer cuts it. */
export interface CutExample {
  corpus: string;
  text: string;
  cuts: { tokenizer: string; tokens: TokenPart[] }[];
}

export interface VocabularyReport {
  /** Tokenizer by tokenizer, in the order given, each with all corpora. */
  rows: VocabularyReportRow[];
  corpora: CorpusFacts[];
  tokenizers: ({ tokenizer: string } & TokenizerFacts)[];
  examples: CutExample[];
}

/** JSON with a line for each entry of each list: whole enough to diff, and not a line for each token of an example. */
export function reportJson(report: VocabularyReport): string {
  const lists = Object.entries(report).map(
    ([name, entries]) =>
      ` ${JSON.stringify(name)}: [\n${(entries as unknown[]).map((entry) => `  ${JSON.stringify(entry)}`).join(",\n")}\n ]`,
  );
  return `{\n${lists.join(",\n")}\n}\n`;
}

/** The report in `folder`, which `vocabularyReport` has written. */
export function readVocabularyReport(folder: string): VocabularyReport {
  return JSON.parse(readFileSync(path.join(folder, "report.json"), "utf8")) as VocabularyReport;
}
