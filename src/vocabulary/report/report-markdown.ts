import type { TokenPart } from "./cut-sentence.js";
import type { CutExample, VocabularyReport, VocabularyReportRow } from "./report-data.js";
import { columnsNote, rowColumnNames, rowColumns } from "./row-columns.js";
import { lengthColumns, lengthShares } from "./token-lengths.js";
import { tokenizersTable, warnings } from "./tokenizers-table.js";
import { visibleText } from "./visible-text.js";

export function reportMarkdown(report: VocabularyReport): string {
  const { rows, examples } = report;
  const about = tokenizersTable(report);
  const notes = warnings(report).map((text) => `- ${escaped(text)}`);
  return [
    "# Vocabulary report",
    "",
    ...table(
      rowColumnNames.map((name) => rowColumns[name]),
      rows.map((row) => rowColumnNames.map((name) => row[name])),
    ),
    "",
    columnsNote,
    "",
    ...(notes.length > 0 ? [...notes, ""] : []),
    "## Tokenizers",
    "",
    ...table(about.header, about.rows),
    "",
    "## Lengths of the tokens",
    "",
    "Per cent of the tokens of the corpus, by characters; part: tokens that are not whole characters.",
    "",
    ...table(["Tokenizer", "Corpus", ...lengthColumns], rows.map(lengthCells)),
    "",
    "## The same sentences",
    "",
    "A bar stands between two tokens, a dot for a space; tokens that are not whole characters are shown as bytes.",
    "",
    ...examples.flatMap(example),
  ].join("\n");
}

const lengthCells = (row: VocabularyReportRow): string[] => [
  row.tokenizer,
  row.corpus,
  ...lengthShares(row).map((share) => (100 * share).toFixed(1)),
];

/** The first column is text, and so is any other that begins with a letter in every row. */
function table(header: string[], rows: (string | number | null)[][]): string[] {
  const line = (cells: string[]): string => `| ${cells.join(" | ")} |`;
  const isText = (column: number): boolean =>
    column === 0 || rows.every((row) => typeof row[column] === "string" && /^\p{L}/u.test(row[column]));
  return [
    line(header),
    line(header.map((_, i) => (isText(i) ? "---" : "---:"))),
    ...rows.map((row) => line(row.map(cell))),
  ];
}

const digits = 3;

function cell(value: string | number | null): string {
  if (value === null) return "–";
  if (typeof value === "string") return escaped(value);
  return Number.isInteger(value) ? String(value) : value.toFixed(digits);
}

const escaped = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "\\<").replaceAll(/\s/g, " ");

function example({ corpus, text, cuts }: CutExample): string[] {
  const widest = Math.max(...cuts.map(({ tokenizer }) => [...tokenizer].length));
  const lines = cuts.map(({ tokenizer, tokens }) => {
    const name = tokenizer.replaceAll(/\s/g, " ");
    const count = String(tokens.length).padStart(4);
    return `${name}${" ".repeat(widest - [...name].length)}${count}  ${tokens.map(partText).join("|")}`;
  });
  const ticks = Math.max(
    2,
    ...lines
      .join("\n")
      .split(/[^`]+/)
      .map((run) => run.length),
  );
  const fence = "`".repeat(ticks + 1);
  return [`**${escaped(corpus)}**: ${escaped(text)}`, "", `${fence}text`, ...lines, fence, ""];
}

const partText = ({ text, bytes }: TokenPart): string => (text === undefined ? `<${bytes}>` : visibleText(text));
