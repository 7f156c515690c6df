/** A parquet file with the column messages: list<struct<role, content>>, as chat datasets have it (three-level lists). */
import type { ChatMessage } from "../../src/tokenizer/tokenizer.js";
import { levels, type ParquetColumn, parquetOf, plainValues, textLeaf } from "./parquet-parts.js";
import { binary, i32, integer, structOf, text } from "./thrift-compact.js";

/** `groups`: conversations of each row group, at least one message each. */
export function chatParquetFile(groups: ChatMessage[][][]): Buffer {
  const rowGroups = groups.map((rows) => ({
    rows: rows.length,
    columns: (["role", "content"] as const).map((key) => messageColumn(rows, key)),
  }));
  const optional = 1;
  const repeated = 2;
  const listType = 3;
  const schema = [
    group("messages", optional, 1, listType),
    group("list", repeated, 1),
    group("element", optional, 2),
    textLeaf("role"),
    textLeaf("content"),
  ];
  return parquetOf(rowGroups, schema, 1);
}

function messageColumn(rows: ChatMessage[][], key: keyof ChatMessage): ParquetColumn {
  const values = rows.flatMap((messages) => messages.map((message) => Buffer.from(message[key])));
  // 0 begins a conversation, 1 goes on with it; 4: list, entry, element and field are all there.
  const repetition = rows.flatMap((messages) => messages.map((_, i) => (i === 0 ? 0 : 1)));
  const definition = new Array<number>(values.length).fill(4);
  return {
    path: ["messages", "list", "element", key],
    count: values.length,
    page: Buffer.concat([levels(repetition, 1), levels(definition, 3), plainValues(values)]),
  };
}

const group = (name: string, repetition: number, children: number, converted?: number): number[] =>
  structOf([
    [3, i32, integer(repetition)],
    [4, binary, text(name)],
    [5, i32, integer(children)],
    ...(converted === undefined ? [] : [[6, i32, integer(converted)] as [number, number, number[]]]),
  ]);
