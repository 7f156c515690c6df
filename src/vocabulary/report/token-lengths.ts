/** Token lengths in as many columns as a table or a chart has room for. */
import type { VocabularyReportRow } from "./report-data.js";

/** Lengths from here on share a column. */
const last = 13;

/** Names of the columns: what is no whole character, then lengths in characters. */
export const lengthColumns = ["part", ...Array.from({ length: last - 1 }, (_, i) => String(i + 1)), `${last}+`];

/** How many tokens of `row` belong to each of the columns. */
export function lengthCounts({ token_lengths }: VocabularyReportRow): number[] {
  const counts = Array.from({ length: last + 1 }, (_, length) => token_lengths[length] ?? 0);
  for (const more of token_lengths.slice(last + 1)) counts[last]! += more;
  return counts;
}

export function lengthShares(row: VocabularyReportRow): number[] {
  return lengthCounts(row).map((count) => count / row.tokens);
}
