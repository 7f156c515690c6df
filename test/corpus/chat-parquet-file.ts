/**
 * A parquet file with the column messages: list<struct<role, content>>, as chat datasets have it, made from the format's
 * specification (three-level lists, repetition and definition levels, plain encoding, one page a column chunk).
 */
import type { ChatMessage } from "../../src/tokenizer/tokenizer.js";
import { binary, i32, i64, integer, list, listOf, struct, structOf, text, uint32, varint } from "./thrift-compact.js";

/** `groups`: conversations of each row group, at least one message each. */
export function chatParquetFile(groups: ChatMessage[][][]): Buffer {
  const parts: Buffer[] = [Buffer.from("PAR1")];
  let offset = 4;
  const rowGroups = groups.map((rows) => {
    const start = offset;
    const chunks = (["role", "content"] as const).map((key) => {
      const values = rows.flatMap((messages) => messages.map((message) => Buffer.from(message[key])));
      // 0 begins a conversation, 1 goes on with it; 4: list, entry, element and field are all there.
      const repetition = levels(
        rows.flatMap((messages) => messages.map((_, i) => (i === 0 ? 0 : 1))),
        1,
      );
      const definition = levels(new Array<number>(values.length).fill(4), 3);
      const plain = Buffer.concat([
        repetition,
        definition,
        ...values.flatMap((value) => [uint32(value.length), value]),
      ]);
      const page = structOf([
        [1, i32, integer(values.length)],
        [2, i32, integer(0)],
        [3, i32, integer(3)],
        [4, i32, integer(3)],
      ]);
      const header = Buffer.from(
        structOf([
          [1, i32, integer(0)],
          [2, i32, integer(plain.length)],
          [3, i32, integer(plain.length)],
          [5, struct, page],
        ]),
      );
      parts.push(header, plain);
      const size = header.length + plain.length;
      const path = ["messages", "list", "element", key];
      const metadata = structOf([
        [1, i32, integer(6)],
        [2, list, listOf(i32, [integer(0), integer(3)])],
        [3, list, listOf(binary, path.map(text))],
        [4, i32, integer(0)],
        [5, i64, integer(values.length)],
        [6, i64, integer(size)],
        [7, i64, integer(size)],
        [9, i64, integer(offset)],
      ]);
      const chunk = structOf([
        [2, i64, integer(offset)],
        [3, struct, metadata],
      ]);
      offset += size;
      return chunk;
    });
    return structOf([
      [1, list, listOf(struct, chunks)],
      [2, i64, integer(offset - start)],
      [3, i64, integer(rows.length)],
    ]);
  });
  const optional = 1;
  const repeated = 2;
  const group = (name: string, repetition: number, children: number, converted?: number): number[] =>
    structOf([
      [3, i32, integer(repetition)],
      [4, binary, text(name)],
      [5, i32, integer(children)],
      ...(converted === undefined ? [] : [[6, i32, integer(converted)] as [number, number, number[]]]),
    ]);
  const leaf = (name: string): number[] =>
    structOf([
      [1, i32, integer(6)],
      [3, i32, integer(optional)],
      [4, binary, text(name)],
      [6, i32, integer(0)],
    ]);
  const root = structOf([
    [4, binary, text("schema")],
    [5, i32, integer(1)],
  ]);
  const listType = 3;
  const schema = [
    root,
    group("messages", optional, 1, listType),
    group("list", repeated, 1),
    group("element", optional, 2),
    leaf("role"),
    leaf("content"),
  ];
  const footer = Buffer.from(
    structOf([
      [1, i32, integer(1)],
      [2, list, listOf(struct, schema)],
      [3, i64, integer(groups.flat().length)],
      [4, list, listOf(struct, rowGroups)],
    ]),
  );
  return Buffer.concat([...parts, footer, uint32(footer.length), Buffer.from("PAR1")]);
}

/** Levels as one bit-packed run of `bits` bits each, behind its length. */
function levels(values: number[], bits: number): Buffer {
  const groupsOfEight = Math.ceil(values.length / 8);
  const run = Buffer.alloc(groupsOfEight * bits);
  for (const [i, value] of values.entries()) {
    for (let bit = 0; bit < bits; bit++) {
      const at = i * bits + bit;
      if ((value >> bit) & 1) run[at >> 3]! |= 1 << (at & 7);
    }
  }
  const packed = Buffer.concat([Buffer.from(varint((groupsOfEight << 1) | 1)), run]);
  return Buffer.concat([uint32(packed.length), packed]);
}
