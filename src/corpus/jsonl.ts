import { CorpusError } from "../errors.js";
import type { CorpusFile } from "./corpus-files.js";
import { decodeUtf8 } from "./decode-utf8.js";
import { lines } from "./lines.js";
import { openBytes } from "./open-bytes.js";

/**
 * Values of a file with one JSON value a line, streamed, with line numbers from 1; blank lines are passed over.
 * A plain path is decompressed where it ends in .gz or .zst.
 * Throws `CorpusError` (`corpus.broken_json`) naming file and line, and what `openBytes` and `decodeUtf8` throw.
 */
export async function* readJsonl(
  file: string | Pick<CorpusFile, "path" | "compression">,
): AsyncGenerator<{ value: unknown; line: number }> {
  const { path, compression } = typeof file === "string" ? { path: file, compression: byName(file) } : file;
  let line = 0;
  for await (const text of lines(decodeUtf8(openBytes({ path, compression, format: "jsonl" }), path), path)) {
    line++;
    if (text.trim() === "") continue;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw new CorpusError("corpus.broken_json", `${path}: line ${line} is not valid JSON`, {
        cause,
        hint: `The line begins ${JSON.stringify(text.slice(0, 60))}.`,
      });
    }
    yield { value, line };
  }
}

const byName = (path: string): CorpusFile["compression"] =>
  /\.gz$/i.test(path) ? "gz" : /\.zst$/i.test(path) ? "zst" : "none";
