/**
 * What parquet files are put together from, made from the format's specification (plain encoding, one page a column chunk, Thrift's
 * compact protocol), so that readers are tested against bytes that their own library did not write.
 */
import { gzipSync } from "node:zlib";
import { binary, i32, i64, integer, list, listOf, struct, structOf, text, uint32, varint } from "./thrift-compact.js";

export interface ParquetColumn {
  /** From the schema's root down. */
  path: string[];
  /** Places in the page, those without a value too. */
  count: number;
  /** Levels and values. */
  page: Buffer;
}

export interface RowGroup {
  rows: number;
  columns: ParquetColumn[];
}

type Codec = "none" | "gzip";

/** The whole file; `schema` depth first, without its root, which has `children` columns. */
export function parquetOf(groups: RowGroup[], schema: number[][], children: number, codec: Codec = "none"): Buffer {
  const parts: Buffer[] = [Buffer.from("PAR1")];
  let offset = 4;
  const rowGroups = groups.map(({ rows, columns }) => {
    const start = offset;
    const chunks = columns.map((column) => {
      const { bytes, chunk } = columnChunk(column, offset, codec);
      parts.push(bytes);
      offset += bytes.length;
      return chunk;
    });
    return structOf([
      [1, list, listOf(struct, chunks)],
      [2, i64, integer(offset - start)],
      [3, i64, integer(rows)],
    ]);
  });
  const root = structOf([
    [4, binary, text("schema")],
    [5, i32, integer(children)],
  ]);
  const footer = Buffer.from(
    structOf([
      [1, i32, integer(1)],
      [2, list, listOf(struct, [root, ...schema])],
      [3, i64, integer(groups.reduce((sum, { rows }) => sum + rows, 0))],
      [4, list, listOf(struct, rowGroups)],
    ]),
  );
  return Buffer.concat([...parts, footer, uint32(footer.length), Buffer.from("PAR1")]);
}

function columnChunk({ path, count, page }: ParquetColumn, offset: number, codec: Codec) {
  const packed = codec === "gzip" ? gzipSync(page) : page;
  const data = structOf([
    [1, i32, integer(count)],
    [2, i32, integer(0)],
    [3, i32, integer(3)],
    [4, i32, integer(3)],
  ]);
  const header = Buffer.from(
    structOf([
      [1, i32, integer(0)],
      [2, i32, integer(page.length)],
      [3, i32, integer(packed.length)],
      [5, struct, data],
    ]),
  );
  const metadata = structOf([
    [1, i32, integer(6)],
    [2, list, listOf(i32, [integer(0), integer(3)])],
    [3, list, listOf(binary, path.map(text))],
    [4, i32, integer(codec === "gzip" ? 2 : 0)],
    [5, i64, integer(count)],
    [6, i64, integer(header.length + page.length)],
    [7, i64, integer(header.length + packed.length)],
    [9, i64, integer(offset)],
  ]);
  const chunk = structOf([
    [2, i64, integer(offset)],
    [3, struct, metadata],
  ]);
  return { bytes: Buffer.concat([header, packed]), chunk };
}

/** An optional text column in the schema. */
export const textLeaf = (name: string): number[] =>
  structOf([
    [1, i32, integer(6)],
    [3, i32, integer(1)],
    [4, binary, text(name)],
    [6, i32, integer(0)],
  ]);

/** Each value behind its length. */
export const plainValues = (values: readonly Uint8Array[]): Buffer =>
  Buffer.concat(values.flatMap((value) => [uint32(value.length), value]));

/** Levels as one bit-packed run of `bits` bits each, behind its length. */
export function levels(values: number[], bits: number): Buffer {
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
