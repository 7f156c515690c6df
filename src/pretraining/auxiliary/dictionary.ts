/** Reads a bilingual dictionary: a word of the original language and one of the new a line, apart by a tab or spaces. */
import { decodeUtf8 } from "../../corpus/decode-utf8.js";
import { lines } from "../../corpus/lines.js";
import { openBytes } from "../../corpus/open-bytes.js";
import { CorpusError } from "../../errors.js";

/** Pairs in the order of the file. Throws `CorpusError` naming file and line where there are not two columns, or no pairs. */
export async function readDictionary(file: string): Promise<[source: string, target: string][]> {
  const compression = /\.gz$/i.test(file) ? "gz" : /\.zst$/i.test(file) ? "zst" : "none";
  const text = decodeUtf8(openBytes({ path: file, format: "txt", compression }), file);
  const pairs: [string, string][] = [];
  let line = 0;
  for await (const content of lines(text, file)) {
    line++;
    const row = content.trim();
    if (row === "") continue;
    const columns = (row.includes("\t") ? row.split("\t") : row.split(/ +/)).map((column) => column.trim());
    if (columns.length !== 2 || columns.includes("")) {
      throw new CorpusError("dictionary.columns", `${file}: line ${line}: ${columns.length} columns, not 2`, {
        hint: "A line is a word of the original language, a tab, and its translation.",
      });
    }
    pairs.push([columns[0]!, columns[1]!]);
  }
  if (pairs.length === 0) throw new CorpusError("dictionary.empty", `${file}: there are no pairs of words`);
  return pairs;
}
