/** A parquet file with the column messages: list<struct<role, content>>, as chat datasets have it. */
import type { ChatMessage } from "../../src/tokenizer/tokenizer.js";
import { nestedParquetFile, type ParquetField } from "./nested-parquet-file.js";

const message: ParquetField = {
  name: "element",
  fields: [
    { name: "role", type: "string" },
    { name: "content", type: "string" },
  ],
};

export const messagesColumn: ParquetField = { name: "messages", element: message };

/** `groups`: conversations of each row group. */
export function chatParquetFile(groups: ChatMessage[][][]): Buffer {
  return nestedParquetFile(
    [messagesColumn],
    groups.map((rows) => rows.map((messages) => ({ messages }))),
  );
}
