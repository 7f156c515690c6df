/** A GGUF file without tensors, from the format's description (docs/gguf.md of ggml): key-values of the kinds a tokenizer has. */

export type GgufSample = Readonly<Record<string, string | number | boolean | readonly string[] | readonly number[]>>;

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

const u64 = (value: number): Buffer => Buffer.concat([u32(value), u32(0)]);

const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);

const f32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
};

function typed(value: GgufSample[string]): Buffer {
  if (typeof value === "string") return Buffer.concat([u32(8), text(value)]);
  if (typeof value === "boolean") return Buffer.concat([u32(7), Buffer.of(value ? 1 : 0)]);
  if (typeof value === "number") return Buffer.concat([u32(4), u32(value)]);
  const isText = typeof value[0] === "string";
  const isWhole = value.every((item) => Number.isInteger(item));
  const items = value.map((item) => (typeof item === "string" ? text(item) : isWhole ? u32(item) : f32(item)));
  return Buffer.concat([u32(9), u32(isText ? 8 : isWhole ? 5 : 6), u64(value.length), ...items]);
}

export function ggufFile(values: GgufSample): Buffer {
  const entries = Object.entries(values).map(([key, value]) => Buffer.concat([text(key), typed(value)]));
  return Buffer.concat([Buffer.from("GGUF"), u32(3), u64(0), u64(entries.length), ...entries]);
}
