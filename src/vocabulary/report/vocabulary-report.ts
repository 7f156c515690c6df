/** How efficient tokenizers are on corpora, as JSON, CSV, Markdown and a page. */
import path from "node:path";
import { writeFileAtomic } from "../../atomic-output.js";
import { type CorpusOptions, readCorpus } from "../../corpus/read-corpus.js";
import { TokenizerError } from "../../errors.js";
import type { Progress } from "../../progress.js";
import { loadTokenizer, readTokenizer } from "../../tokenizer/load-tokenizer.js";
import { symbolsPerToken } from "../../tokenizer/symbols-per-token.js";
import { type CorpusSample, sampleCorpus } from "./corpus-sample.js";
import { cutSentences } from "./cut-sentence.js";
import { reportCsv } from "./report-csv.js";
import { reportJson, type VocabularyReport } from "./report-data.js";
import { reportMarkdown } from "./report-markdown.js";
import { reportPage } from "./report-page.js";
import { createTokenCounter } from "./token-counter.js";
import { tokenizerFacts } from "./tokenizer-facts.js";

export interface VocabularyReportOptions {
  /** Name → folder or file. */
  tokenizers: Readonly<Record<string, string>>;
  /** Name → text. */
  corpora: Readonly<Record<string, CorpusOptions>>;
  /** Folder for report.json, .csv, .md and .html; other files in it stay. */
  out: string;
}

/**
 * Measures every tokenizer on every corpus and writes the report. One tokenizer is in memory at a time, and the corpora are
 * read as streams. Throws `TokenizerError`, `CorpusError`.
 */
export async function vocabularyReport(
  { tokenizers, corpora, out }: VocabularyReportOptions,
  progress?: Progress,
): Promise<VocabularyReport> {
  const samples: ({ corpus: string; options: CorpusOptions } & CorpusSample)[] = [];
  for (const [corpus, options] of Object.entries(corpora)) {
    samples.push({ corpus, options, ...(await sampleCorpus(readCorpus(options))) });
  }
  const scripts = samples.map(({ script }) => script);
  const report: VocabularyReport = {
    rows: [],
    corpora: samples.map(({ corpus, script }) => ({ corpus, script })),
    tokenizers: [],
    examples: samples.flatMap(({ corpus, sentences }) => sentences.map((text) => ({ corpus, text, cuts: [] }))),
  };
  for (const [tokenizer, place] of Object.entries(tokenizers)) {
    const loaded = await loadTokenizer(place);
    report.tokenizers.push({ tokenizer, ...tokenizerFacts(readTokenizer(place), loaded, scripts) });
    for (const { corpus, options } of samples) {
      const tell: Progress = (state) => progress?.({ ...state, note: `${tokenizer} on ${corpus}` });
      const counter = createTokenCounter(loaded);
      const efficiency = await symbolsPerToken(loaded, readCorpus(options), tell, (ids) => counter.add(ids));
      report.rows.push({ tokenizer, corpus, ...efficiency, ...counter.result() });
    }
    const cuts = await cutSentences(
      loaded,
      report.examples.map(({ text }) => text),
    );
    for (const [i, tokens] of cuts.entries()) report.examples[i]!.cuts.push({ tokenizer, tokens });
  }
  writeReport(report, out);
  return report;
}

function writeReport(report: VocabularyReport, out: string): void {
  const texts: Record<string, string> = {
    "report.json": reportJson(report),
    "report.csv": reportCsv(report),
    "report.md": reportMarkdown(report),
    "report.html": reportPage(report),
  };
  try {
    for (const [name, text] of Object.entries(texts)) writeFileAtomic(path.join(out, name), text);
  } catch (cause) {
    const { message } = cause as Error;
    throw new TokenizerError("vocabulary.report_unwritable", `${out}: the report cannot be written: ${message}`, {
      cause,
      exitCode: 1,
    });
  }
}
