import type { VocabularyReport } from "./report-data.js";

export interface TokenizersTable {
  header: string[];
  /** Shares are text already: they are per cent, and the counts beside them are not. */
  rows: (string | number)[][];
}

/** Size and kind of each tokenizer, and how much of its vocabulary is of the corpora's scripts. */
export function tokenizersTable({ tokenizers, corpora }: VocabularyReport): TokenizersTable {
  const scripts = [...new Set(corpora.map(({ script }) => script))].filter((script) => script !== null);
  return {
    header: ["Tokenizer", "Model", "Ids", "Added tokens", "Merges", ...scripts.map((script) => `${script} tokens`)],
    rows: tokenizers.map(({ tokenizer, kind, size, added, merges, script_tokens }) => [
      ...[tokenizer, kind, size, added, merges],
      ...scripts.map((script) => {
        const count = script_tokens[script] ?? 0;
        return `${count.toLocaleString("en-US")} (${((100 * count) / size).toFixed(1)} %)`;
      }),
    ]),
  };
}

/** What makes a figure look better than it is, a sentence each. */
export function warnings({ rows }: VocabularyReport): string[] {
  return rows.flatMap(({ tokenizer, corpus, lossless_share, unknown_tokens, tokens }) => {
    const where = `${tokenizer} on ${corpus}`;
    const faults: string[] = [];
    if (lossless_share < 1) {
      faults.push(`${where}: ${(100 * (1 - lossless_share)).toFixed(1)} % of the lines do not come back as they were`);
    }
    if (unknown_tokens > 0) {
      const share = ((100 * unknown_tokens) / tokens).toFixed(2);
      faults.push(`${where}: ${unknown_tokens.toLocaleString("en-US")} tokens (${share} %) stand for unknown text`);
    }
    return faults;
  });
}
