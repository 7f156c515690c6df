/** How efficient tokenizers are on corpora, as JSON, CSV, Markdown and a page. */
import path from "node:path";
import { writeFileAtomic } from "../atomic-output.js";
import { type CorpusOptions, readCorpus } from "../corpus/read-corpus.js";
import { TokenizerError } from "../errors.js";
import type { Progress } from "../progress.js";
import { escapeHtml, htmlPage, htmlTable } from "../report/html-page.js";
import { loadTokenizer } from "../tokenizer/load-tokenizer.js";
import { symbolsPerToken, type TokenizerEfficiency } from "../tokenizer/symbols-per-token.js";

export interface VocabularyReportOptions {
  /** Name → folder or file. */
  tokenizers: Readonly<Record<string, string>>;
  /** Name → text. */
  corpora: Readonly<Record<string, CorpusOptions>>;
  /** Folder for report.json, .csv, .md and .html; other files in it stay. */
  out: string;
}

export interface VocabularyReportRow extends TokenizerEfficiency {
  tokenizer: string;
  corpus: string;
}

const numbers = [
  "characters",
  "bytes",
  "words",
  "tokens",
  "symbols_per_token",
  "tokens_per_word",
  "bytes_per_token",
  "unknown_tokens",
  "lossless_share",
] as const satisfies (keyof TokenizerEfficiency)[];

const columns = ["tokenizer", "corpus", ...numbers] as const;

/** Measures every tokenizer on every corpus and writes the report. Throws `TokenizerError`, `CorpusError`. */
export async function vocabularyReport(
  { tokenizers, corpora, out }: VocabularyReportOptions,
  progress?: Progress,
): Promise<VocabularyReportRow[]> {
  const rows: VocabularyReportRow[] = [];
  for (const [tokenizer, place] of Object.entries(tokenizers)) {
    const loaded = await loadTokenizer(place);
    for (const [corpus, options] of Object.entries(corpora)) {
      const note = `${tokenizer} on ${corpus}`;
      const measured = await symbolsPerToken(loaded, readCorpus(options), (report) => progress?.({ ...report, note }));
      rows.push({ tokenizer, corpus, ...measured });
    }
  }
  writeReport(rows, out);
  return rows;
}

function writeReport(rows: VocabularyReportRow[], out: string): void {
  const texts: Record<string, string> = {
    "report.json": `${JSON.stringify({ rows }, null, 2)}\n`,
    "report.csv": csv(rows),
    "report.md": markdown(rows),
    "report.html": page(rows),
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

function csv(rows: VocabularyReportRow[]): string {
  const cell = (value: string | number): string => {
    const text = String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns.join(","), ...rows.map((row) => columns.map((name) => cell(row[name])).join(","))]
    .join("\n")
    .concat("\n");
}

const titles: Record<(typeof columns)[number], string> = {
  tokenizer: "Tokenizer",
  corpus: "Corpus",
  characters: "Characters",
  bytes: "Bytes",
  words: "Words",
  tokens: "Tokens",
  symbols_per_token: "Symbols per token",
  tokens_per_word: "Tokens per word",
  bytes_per_token: "Bytes per token",
  unknown_tokens: "Unknown tokens",
  lossless_share: "Lossless lines",
};

const digits = 3;

function markdown(rows: VocabularyReportRow[]): string {
  const cell = (value: string | number): string =>
    typeof value === "string"
      ? value.replaceAll("|", "\\|").replaceAll("\n", " ")
      : Number.isInteger(value)
        ? String(value)
        : value.toFixed(digits);
  const line = (cells: string[]): string => `| ${cells.join(" | ")} |`;
  return [
    "# Vocabulary report",
    "",
    line(columns.map((name) => titles[name])),
    line(columns.map((name) => (name === "tokenizer" || name === "corpus" ? "---" : "---:"))),
    ...rows.map((row) => line(columns.map((name) => cell(row[name])))),
    "",
    note,
    "",
  ].join("\n");
}

const note =
  "Symbols per token: characters (code points) of the text as given, divided by tokens; no special tokens are counted. " +
  "Words are separated by white space. Lossless lines: share of the lines that decode to themselves.";

function page(rows: VocabularyReportRow[]): string {
  const corpora = [...new Set(rows.map((row) => row.corpus))];
  const charts = corpora.map((corpus) =>
    bars(
      corpus,
      rows.filter((row) => row.corpus === corpus),
    ),
  );
  const table = htmlTable(
    columns.map((name) => titles[name]),
    rows.map((row) => columns.map((name) => row[name])),
    digits,
  );
  return htmlPage(
    "Vocabulary report",
    `<p class="note">${note}</p>\n${charts.join("\n")}\n<h2>All figures</h2>\n${table}`,
  );
}

/** Symbols per token of one corpus as bars: a tokenizer a row, longest to shortest. */
function bars(corpus: string, rows: VocabularyReportRow[]): string {
  const longest = Math.max(...rows.map((row) => row.symbols_per_token));
  const sorted = [...rows].sort((a, b) => b.symbols_per_token - a.symbols_per_token);
  const barWidth = 360;
  const height = 26;
  const items = sorted.map((row, i) => {
    const width = (barWidth * row.symbols_per_token) / longest;
    const middle = i * height + 17;
    return (
      `<text x="214" y="${middle}" text-anchor="end" font-size="13" fill="currentColor">${escapeHtml(row.tokenizer)}</text>` +
      `<rect x="220" y="${i * height + 4}" width="${width.toFixed(1)}" height="18" fill="var(--accent)"/>` +
      `<text x="${(226 + width).toFixed(1)}" y="${middle}" font-size="13" fill="currentColor">${row.symbols_per_token.toFixed(2)}</text>`
    );
  });
  const title = `Symbols per token on ${corpus}`;
  return `<h2>${escapeHtml(title)}</h2>
<figure><svg viewBox="0 0 640 ${sorted.length * height}" width="640" role="img" aria-label="${escapeHtml(title)}">
${items.join("\n")}
</svg></figure>`;
}
