/** Bars of one figure, grouped by corpus, tokenizers in the order given: what a report is opened for. */
import { type GroupedBarsOptions, groupedBars } from "../../report/grouped-bars.js";
import type { VocabularyReportRow } from "./report-data.js";

export function symbolsPerTokenChart(rows: readonly VocabularyReportRow[]): string {
  return chart(rows, "symbols_per_token", "Symbols per token", { note: "more is better" });
}

export function tokensPerWordChart(rows: readonly VocabularyReportRow[]): string {
  return chart(rows, "tokens_per_word", "Tokens per word", {
    note: "less is better",
    best: "lowest",
  });
}

export function oneTokenWordsChart(rows: readonly VocabularyReportRow[]): string {
  return chart(rows, "one_token_words", "Words that are one token", {
    note: "more is better",
    shown: (share) => `${(100 * share).toFixed(1)} %`,
  });
}

function chart(
  rows: readonly VocabularyReportRow[],
  figure: "symbols_per_token" | "tokens_per_word" | "one_token_words",
  title: string,
  options: GroupedBarsOptions,
): string {
  const corpora = [...new Set(rows.map(({ corpus }) => corpus))];
  const barsOf = (corpus: string) =>
    rows.filter((row) => row.corpus === corpus).map((row) => ({ name: row.tokenizer, value: row[figure] }));
  return groupedBars(
    corpora.map((corpus) => ({ name: corpus, bars: barsOf(corpus) })),
    title,
    options,
  );
}
