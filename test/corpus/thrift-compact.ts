/** What parquet files are made of: values in Thrift's compact protocol, and little-endian lengths. */
type Field = [id: number, type: number, bytes: number[]];
export const i32 = 5;
export const i64 = 6;
export const binary = 8;
export const list = 9;
export const struct = 12;

export const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
export const integer = (value: number): number[] => varint(value * 2);
export const text = (value: string): number[] => [...varint(Buffer.byteLength(value)), ...Buffer.from(value)];
export const listOf = (type: number, items: number[][]): number[] => [
  ...(items.length < 15 ? [(items.length << 4) | type] : [0xf0 | type, ...varint(items.length)]),
  ...items.flat(),
];
export function structOf(fields: Field[]): number[] {
  let last = 0;
  const bytes = fields.flatMap(([id, type, value]) => {
    const header = ((id - last) << 4) | type;
    last = id;
    return [header, ...value];
  });
  return [...bytes, 0];
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
