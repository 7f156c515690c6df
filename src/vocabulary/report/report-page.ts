import { escapeHtml, htmlPage, htmlTable } from "../../report/html-page.js";
import { cutExamples, cutExamplesStyle } from "./cut-examples.js";
import { oneTokenWordsChart, symbolsPerTokenChart, tokensPerWordChart } from "./efficiency-charts.js";
import type { VocabularyReport } from "./report-data.js";
import { columnsNote, rowColumnNames, rowColumns } from "./row-columns.js";
import { tokenLengthsCharts } from "./token-lengths-chart.js";
import { tokenizersTable, warnings } from "./tokenizers-table.js";

/** The whole report as one page. */
export function reportPage(report: VocabularyReport): string {
  const { rows, examples } = report;
  const about = tokenizersTable(report);
  const notes = warnings(report).map((text) => `<li>${escapeHtml(text)}</li>`);
  const sections = [
    notes.length === 0 ? "" : `<ul class="note">\n${notes.join("\n")}\n</ul>`,
    section("How many tokens a text needs", "The best of each corpus in full colour.", [
      charts([symbolsPerTokenChart(rows), tokensPerWordChart(rows), oneTokenWordsChart(rows)]),
    ]),
    section(
      "How long the tokens are",
      "Share of the tokens of each corpus by their length in characters, a leading space counted; part: tokens that are not whole characters.",
      [charts(tokenLengthsCharts(rows))],
    ),
    examples.length === 0
      ? ""
      : section(
          "The same sentences",
          "A colour is a token, a dot a space; tokens that are not whole characters are shown as bytes (hexadecimal). The number is the count of tokens; the id stands in the tooltip.",
          [cutExamples(examples)],
        ),
    section(
      "Tokenizers",
      "Tokens of a script: ordinary tokens whose letters are all of it, and their share of all ids.",
      [htmlTable(about.header, about.rows)],
    ),
    section("All figures", columnsNote, [
      htmlTable(
        rowColumnNames.map((name) => rowColumns[name]),
        rows.map((row) => rowColumnNames.map((name) => row[name])),
      ),
    ]),
  ];
  return htmlPage("Vocabulary report", sections.filter((text) => text !== "").join("\n"), cutExamplesStyle);
}

const section = (title: string, note: string, parts: string[]): string =>
  `<section><h2>${escapeHtml(title)}</h2>\n<p class="note">${escapeHtml(note)}</p>\n${parts.join("\n")}</section>`;

const charts = (figures: string[]): string => `<div class="charts">\n${figures.join("\n")}\n</div>`;
