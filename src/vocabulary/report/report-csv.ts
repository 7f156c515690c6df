import type { VocabularyReport } from "./report-data.js";
import { rowColumnNames } from "./row-columns.js";
import { lengthColumns, lengthCounts } from "./token-lengths.js";

/** A line for each row; behind the columns of the JSON rows, how many tokens have each length. */
export function reportCsv({ rows }: VocabularyReport): string {
  const header = [...rowColumnNames, ...lengthColumns.map((name) => `tokens_of_length_${name}`)];
  const lines = rows.map((row) => [...rowColumnNames.map((name) => row[name]), ...lengthCounts(row)]);
  return [header, ...lines].map((cells) => `${cells.map(csvCell).join(",")}\n`).join("");
}

function csvCell(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
