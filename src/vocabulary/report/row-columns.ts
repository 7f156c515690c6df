/** The columns of a report row, as the tables and the CSV file have them. */
import type { VocabularyReportRow } from "./report-data.js";

/** The contract's columns, in its order, then ours. */
export const rowColumns = {
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
  letter_words: "Words of letters",
  one_token_words: "In one token",
} as const satisfies Partial<Record<keyof VocabularyReportRow, string>>;

export const rowColumnNames = Object.keys(rowColumns) as (keyof typeof rowColumns)[];

export const columnsNote =
  "Symbols per token: characters (code points) of the text as given, divided by tokens; no special tokens are counted. " +
  "Words are separated by white space; words of letters are runs of letters, and in one token is the share of them that " +
  "lie whole inside one token. Lossless lines: share of the lines that decode to themselves.";
