/**
 * A parquet file with one BYTE_ARRAY column, made from the format's specification (plain encoding, one page a row group,
 * Thrift compact protocol), so that the reader is tested against bytes that its own library did not write.
 */
import { gzipSync } from "node:zlib";
import { binary, i32, i64, integer, list, listOf, struct, structOf, text, uint32, varint } from "./thrift-compact.js";

/** `groups`: rows of each row group, as bytes or strings; null where the column has no value. */
export function parquetFile(
  groups: (string | Uint8Array | null)[][],
  { column = "text", codec = "none" }: { column?: string; codec?: "none" | "gzip" } = {},
): Buffer {
  const parts: Buffer[] = [Buffer.from("PAR1")];
  let offset = 4;
  const rowGroups = groups.map((rows) => {
    // Definition levels: one bit-packed run, one bit a row, behind its length.
    const run = Buffer.alloc(Math.ceil(rows.length / 8));
    rows.forEach((row, i) => {
      if (row !== null) run[i >> 3]! |= 1 << (i & 7);
    });
    const levels = Buffer.from([...varint((run.length << 1) | 1), ...run]);
    const values = rows.flatMap((row) => {
      if (row === null) return [];
      const bytes = Buffer.from(row as string);
      return [uint32(bytes.length), bytes];
    });
    const plain = Buffer.concat([uint32(levels.length), levels, ...values]);
    const packed = codec === "gzip" ? gzipSync(plain) : plain;
    const data = structOf([
      [1, i32, integer(rows.length)],
      [2, i32, integer(0)],
      [3, i32, integer(3)],
      [4, i32, integer(3)],
    ]);
    const header = Buffer.from(
      structOf([
        [1, i32, integer(0)],
        [2, i32, integer(plain.length)],
        [3, i32, integer(packed.length)],
        [5, struct, data],
      ]),
    );
    parts.push(header, packed);
    const size = header.length + packed.length;
    const chunk = structOf([
      [1, i32, integer(6)],
      [2, list, listOf(i32, [integer(0), integer(3)])],
      [3, list, listOf(binary, [text(column)])],
      [4, i32, integer(codec === "gzip" ? 2 : 0)],
      [5, i64, integer(rows.length)],
      [6, i64, integer(header.length + plain.length)],
      [7, i64, integer(size)],
      [9, i64, integer(offset)],
    ]);
    const group = structOf([
      [
        1,
        list,
        listOf(struct, [
          structOf([
            [2, i64, integer(offset)],
            [3, struct, chunk],
          ]),
        ]),
      ],
      [2, i64, integer(size)],
      [3, i64, integer(rows.length)],
    ]);
    offset += size;
    return group;
  });
  const schema = [
    structOf([
      [4, binary, text("schema")],
      [5, i32, integer(1)],
    ]),
    structOf([
      [1, i32, integer(6)],
      [3, i32, integer(1)],
      [4, binary, text(column)],
      [6, i32, integer(0)],
    ]),
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
