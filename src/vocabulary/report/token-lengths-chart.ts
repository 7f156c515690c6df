import { histogramRows } from "../../report/histogram-rows.js";
import type { VocabularyReportRow } from "./report-data.js";
import { lengthColumns, lengthShares } from "./token-lengths.js";

/** How long the tokens of each corpus are: a figure for each corpus, in it a row for each tokenizer. */
export function tokenLengthsCharts(rows: readonly VocabularyReportRow[]): string[] {
  const corpora = [...new Set(rows.map(({ corpus }) => corpus))];
  return corpora.map((corpus) => {
    const members = rows.filter((row) => row.corpus === corpus);
    return histogramRows(
      members.map((row) => ({
        name: row.tokenizer,
        note: `${row.symbols_per_token.toFixed(2)} symbols per token`,
        shares: lengthShares(row),
      })),
      `Lengths of the tokens: ${corpus}`,
      { columns: lengthColumns, axis: "characters of a token", apart: 1 },
    );
  });
}
