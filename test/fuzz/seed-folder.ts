import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Input } from "./fuzz-reader.js";

/** The files below `folder` as an input. */
export function inputOf(folder: string): Input {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map((entry): [string, Uint8Array] => {
      const file = path.join(entry.parentPath, entry.name);
      return [path.relative(folder, file), readFileSync(file)];
    }),
  );
}

export const one = (name: string, content: string | Uint8Array): Input => new Map([[name, Buffer.from(content)]]);

export const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
