/**
 * A parquet file with nested columns, made from the format's specification (record shredding with repetition and definition
 * levels as in the Dremel paper, three-level lists, plain encoding, one page a column chunk), so that readers are tested
 * against bytes that their own library did not write.
 */
import { binary, i32, i64, integer, list, listOf, struct, structOf, text, uint32, varint } from "./thrift-compact.js";

/** Every field may be null. */
export type ParquetField =
  | { name: string; type: "string" | "int64" }
  | { name: string; fields: ParquetField[] }
  | { name: string; element: ParquetField };

interface Leaf {
  path: string[];
  type: "string" | "int64";
  mostRepetition: number;
  mostDefinition: number;
  repetition: number[];
  definition: number[];
  values: Buffer[];
}

/** `groups`: rows of each row group, as objects with the names of `fields`. */
export function nestedParquetFile(fields: readonly ParquetField[], groups: readonly (readonly object[])[]): Buffer {
  const parts: Buffer[] = [Buffer.from("PAR1")];
  let offset = 4;
  const rowGroups = groups.map((rows) => {
    const start = offset;
    const chunks = shred(fields, rows).map((leaf) => {
      const page = pageOf(leaf);
      parts.push(page);
      const metadata = structOf([
        [1, i32, integer(leaf.type === "string" ? 6 : 2)],
        [2, list, listOf(i32, [integer(0), integer(3)])],
        [3, list, listOf(binary, leaf.path.map(text))],
        [4, i32, integer(0)],
        [5, i64, integer(leaf.definition.length)],
        [6, i64, integer(page.length)],
        [7, i64, integer(page.length)],
        [9, i64, integer(offset)],
      ]);
      const chunk = structOf([
        [2, i64, integer(offset)],
        [3, struct, metadata],
      ]);
      offset += page.length;
      return chunk;
    });
    return structOf([
      [1, list, listOf(struct, chunks)],
      [2, i64, integer(offset - start)],
      [3, i64, integer(rows.length)],
    ]);
  });
  const root = structOf([
    [4, binary, text("schema")],
    [5, i32, integer(fields.length)],
  ]);
  const footer = Buffer.from(
    structOf([
      [1, i32, integer(1)],
      [2, list, listOf(struct, [root, ...fields.flatMap((field) => schemaOf(field))])],
      [3, i64, integer(groups.reduce((sum, { length }) => sum + length, 0))],
      [4, list, listOf(struct, rowGroups)],
    ]),
  );
  return Buffer.concat([...parts, footer, uint32(footer.length), Buffer.from("PAR1")]);
}

function schemaOf(field: ParquetField): number[][] {
  if ("type" in field) {
    const isText = field.type === "string";
    const leaf = structOf([
      [1, i32, integer(isText ? 6 : 2)],
      [3, i32, integer(1)],
      [4, binary, text(field.name)],
      ...(isText ? [[6, i32, integer(0)] as [number, number, number[]]] : []),
    ]);
    return [leaf];
  }
  const group = (name: string, repetition: number, children: number, isList = false): number[] =>
    structOf([
      [3, i32, integer(repetition)],
      [4, binary, text(name)],
      [5, i32, integer(children)],
      ...(isList ? [[6, i32, integer(3)] as [number, number, number[]]] : []),
    ]);
  if ("fields" in field) return [group(field.name, 1, field.fields.length), ...field.fields.flatMap(schemaOf)];
  return [group(field.name, 1, 1, true), group("list", 2, 1), ...schemaOf({ ...field.element, name: "element" })];
}

/** The columns in the order of the schema. */
function shred(fields: readonly ParquetField[], rows: readonly object[]): Leaf[] {
  const leaves = new Map<string, Leaf>();
  const add = (field: ParquetField, path: string[], repetition: number, definition: number): void => {
    if ("fields" in field) {
      for (const child of field.fields) add(child, [...path, child.name], repetition, definition + 1);
    } else if ("element" in field) {
      add(field.element, [...path, "list", "element"], repetition + 1, definition + 2);
    } else {
      const most = { mostRepetition: repetition, mostDefinition: definition + 1 };
      leaves.set(path.join("."), { path, type: field.type, ...most, repetition: [], definition: [], values: [] });
    }
  };
  /** `depth`: lists around; `repetition`, `definition`: levels of what is written next. */
  const put = (
    field: ParquetField,
    path: string[],
    value: unknown,
    depth: number,
    repetition: number,
    definition: number,
  ): void => {
    if ("type" in field) {
      const leaf = leaves.get(path.join("."))!;
      leaf.repetition.push(repetition);
      leaf.definition.push(isNull(value) ? definition : definition + 1);
      if (!isNull(value)) leaf.values.push(plain(field.type, value));
    } else if ("fields" in field) {
      const inner = isNull(value) ? definition : definition + 1;
      for (const child of field.fields) {
        const part = isNull(value) ? null : (value as Record<string, unknown>)[child.name];
        put(child, [...path, child.name], part, depth, repetition, inner);
      }
    } else {
      const inside = [...path, "list", "element"];
      const elements = isNull(value) ? [] : (value as unknown[]);
      if (elements.length === 0)
        put(field.element, inside, null, depth, repetition, definition + (isNull(value) ? 0 : 1));
      for (const [i, element] of elements.entries()) {
        put(field.element, inside, element, depth + 1, i === 0 ? repetition : depth + 1, definition + 2);
      }
    }
  };
  for (const field of fields) add(field, [field.name], 0, 0);
  for (const row of rows) {
    for (const field of fields) put(field, [field.name], (row as Record<string, unknown>)[field.name], 0, 0, 0);
  }
  return [...leaves.values()];
}

const isNull = (value: unknown): boolean => value === null || value === undefined;

function plain(type: "string" | "int64", value: unknown): Buffer {
  if (type === "string") {
    const bytes = Buffer.from(String(value));
    return Buffer.concat([uint32(bytes.length), bytes]);
  }
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value as number));
  return bytes;
}

function pageOf({ repetition, definition, mostRepetition, mostDefinition, values }: Leaf): Buffer {
  const data = Buffer.concat([
    ...(mostRepetition > 0 ? [levels(repetition, bits(mostRepetition))] : []),
    levels(definition, bits(mostDefinition)),
    ...values,
  ]);
  const page = structOf([
    [1, i32, integer(definition.length)],
    [2, i32, integer(0)],
    [3, i32, integer(3)],
    [4, i32, integer(3)],
  ]);
  const header = structOf([
    [1, i32, integer(0)],
    [2, i32, integer(data.length)],
    [3, i32, integer(data.length)],
    [5, struct, page],
  ]);
  return Buffer.concat([Buffer.from(header), data]);
}

const bits = (most: number): number => Math.ceil(Math.log2(most + 1));

/** Levels as one bit-packed run of `width` bits each, behind its length. */
function levels(values: readonly number[], width: number): Buffer {
  const groupsOfEight = Math.ceil(values.length / 8);
  const run = Buffer.alloc(groupsOfEight * width);
  for (const [i, value] of values.entries()) {
    for (let bit = 0; bit < width; bit++) {
      const at = i * width + bit;
      if ((value >> bit) & 1) run[at >> 3]! |= 1 << (at & 7);
    }
  }
  const packed = Buffer.concat([Buffer.from(varint((groupsOfEight << 1) | 1)), run]);
  return Buffer.concat([uint32(packed.length), packed]);
}
