import path from "node:path";
import type { ReportSection } from "../../report/run-report.js";
import { cutExamples, cutExamplesStyle } from "../../vocabulary/report/cut-examples.js";
import { oneTokenWordsChart, symbolsPerTokenChart } from "../../vocabulary/report/efficiency-charts.js";
import { type CutExample, readVocabularyReport } from "../../vocabulary/report/report-data.js";
import type { Made } from "../run-context.js";

const mostExamples = 3;

export function vocabularySection({ vocabulary }: Made): ReportSection | undefined {
  if (vocabulary === undefined) return undefined;
  const { symbols_per_token, size, added, kept, removed } = vocabulary.result;
  const { original, adapted } = symbols_per_token;
  const { rows, examples } = readVocabularyReport(path.join(vocabulary.folder, "report"));
  return {
    title: "Vocabulary",
    note: "Symbols per token: characters of the held-out text divided by its tokens.",
    tables: [
      {
        header: ["", "original", "adapted", "ratio"],
        rows: [["symbols per token", original, adapted, adapted / original]],
      },
      { header: ["size", "kept", "added", "removed"], rows: [[size, kept, added, removed]] },
    ],
    html: cutExamples(shown(examples)),
    style: cutExamplesStyle,
    charts: [symbolsPerTokenChart(rows), oneTokenWordsChart(rows)],
    more: {
      title: "The vocabulary report: token lengths, and the same sentences as each tokenizer cuts them",
      path: "vocabulary/report/report.html",
    },
  };
}

/** Of the text that was held out; the vocabulary's own report has more. */
const shown = (examples: readonly CutExample[]): CutExample[] =>
  examples.filter(({ corpus }) => corpus === "validation").slice(0, mostExamples);
