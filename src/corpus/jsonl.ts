import { CorpusError } from "../errors.js";
import type { CorpusFile } from "./corpus-files.js";
import { decodeUtf8 } from "./decode-utf8.js";
import { lines } from "./lines.js";
import { openBytes } from "./open-bytes.js";

/** Characters of a file that is kept as a whole: a small compressed one could fill the memory otherwise. */
export const longestWhole = 1 << 27;

/**
 * Values of a file with one JSON value a line, streamed, with line numbers from 1; blank lines are passed over.
 * A plain path is decompressed where it ends in .gz or .zst.
 * `most`: characters of all lines together, for whoever keeps every value. Throws `CorpusError` (`corpus.broken_json`, or
 * `corpus.too_large` where there are more) naming file and line, and what `openBytes` and `decodeUtf8` throw.
 */
export async function* readJsonl(
  file: string | Pick<CorpusFile, "path" | "compression">,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<{ value: unknown; line: number }> {
  const { path, compression } = typeof file === "string" ? { path: file, compression: byName(file) } : file;
  let line = 0;
  let characters = 0;
  for await (const text of lines(decodeUtf8(openBytes({ path, compression, format: "jsonl" }), path), path)) {
    line++;
    characters += text.length + 1;
    if (characters > most) {
      throw new CorpusError(
        "corpus.too_large",
        `${path}: line ${line}: more than ${most} characters, and all are kept`,
        {
          hint: "Cut the file into smaller ones, or take fewer of its lines.",
        },
      );
    }
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
