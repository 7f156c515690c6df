/** The JSON header of a safetensors file, checked so that whatever it says can be trusted afterwards. */
import { CheckpointError } from "../errors.js";
import { isTooDeep } from "../nesting-depth.js";
import { bytesPerElement, type TensorType } from "./float-formats.js";

export interface HeaderEntry {
  name: string;
  dtype: TensorType;
  shape: number[];
  /** Byte range behind the header, `end` not included. */
  start: number;
  end: number;
}

/** Entries in the order of their bytes, without gap or overlap from 0 on. Throws `CheckpointError` naming `file` and the tensor. */
export function parseHeader(header: Uint8Array, file: string): HeaderEntry[] {
  const fail = (fault: string): never => {
    throw new CheckpointError("checkpoint.header_invalid", `${file}: ${fault}`);
  };
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(header);
    if (isTooDeep(text, "json")) throw new SyntaxError("lists or objects too deep within one another");
    value = JSON.parse(text);
  } catch (cause) {
    const message = `${file}: not a safetensors file (the header is not JSON: ${(cause as Error).message})`;
    throw new CheckpointError("checkpoint.header_invalid", message, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return fail("the header is not an object");
  const twice = repeatedKey(text);
  if (twice !== undefined) fail(`the header names ${JSON.stringify(twice)} twice`);
  const entries: HeaderEntry[] = [];
  for (const [name, entry] of Object.entries(value)) {
    if (name !== "__metadata__") entries.push(parseEntry(name, entry, file));
  }
  // Empty tensors share their place with a neighbour, so they come first there.
  entries.sort((a, b) => a.start - b.start || a.end - b.end);
  let at = 0;
  for (const { name, start, end } of entries) {
    if (start !== at) fail(`${name}: begins at byte ${start} of the data, but the tensor before ends at ${at}`);
    at = end;
  }
  return entries;
}

function parseEntry(name: string, value: unknown, file: string): HeaderEntry {
  const fail = (code: string, fault: string): never => {
    throw new CheckpointError(`checkpoint.${code}`, `${file}: ${name}: ${fault}`);
  };
  if (typeof value !== "object" || value === null) return fail("header_invalid", "the header entry is not an object");
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>;
  if (typeof dtype !== "string" || !Object.hasOwn(bytesPerElement, dtype)) {
    return fail("dtype", `dtype ${JSON.stringify(dtype)} is not supported, only F32, F16 and BF16 are`);
  }
  const isSize = (entry: unknown): entry is number => Number.isSafeInteger(entry) && (entry as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(isSize)) return fail("header_invalid", "shape is not a list of sizes");
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    return fail("header_invalid", "data_offsets is not a pair of byte positions");
  }
  const [start, end] = offsets as [number, number];
  const type = dtype as TensorType;
  const bytes = shape.reduce((product, length) => product * length, bytesPerElement[type]);
  if (end - start !== bytes) {
    return fail(
      "header_invalid",
      `shape [${shape.join(", ")}] of ${dtype} needs ${bytes} bytes, but data_offsets spans ${end - start}`,
    );
  }
  return { name, dtype: type, shape, start, end };
}

/** A key that some object of valid JSON `text` has twice; JSON.parse would keep the last one silently. */
function repeatedKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "{") open.push(new Set());
    else if (c === "[") open.push(undefined);
    else if (c === "}" || c === "]") open.pop();
    else if (c === '"') {
      const start = i;
      for (i++; text[i] !== '"'; i++) if (text[i] === "\\") i++;
      let next = i + 1;
      while (/\s/.test(text[next] ?? "")) next++;
      if (text[next] !== ":") continue;
      const key = JSON.parse(text.slice(start, i + 1)) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}
