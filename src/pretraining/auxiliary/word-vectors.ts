/**
 * Reads word vectors as text, as word2vec and fastText write them (`.vec`, also .gz or .zst): a word and its numbers a line, in
 * UTF-8, in front perhaps a line with the number of words and of dimensions. Streamed.
 */
import { decodeUtf8 } from "../../corpus/decode-utf8.js";
import { lines } from "../../corpus/lines.js";
import { openBytes } from "../../corpus/open-bytes.js";
import { CorpusError } from "../../errors.js";

export interface WordVector {
  word: string;
  vector: Float32Array;
}

/**
 * At most `most` words in the order of the file, all of one width; those of zeros, which say nothing, are left out. Throws `CorpusError` naming file and line for another width and
 * for what is no number, `vectors.truncated` where words are missing, `vectors.empty` where there are none.
 */
export async function* readWordVectors(file: string, most = Number.POSITIVE_INFINITY): AsyncGenerator<WordVector> {
  const compression = /\.gz$/i.test(file) ? "gz" : /\.zst$/i.test(file) ? "zst" : "none";
  const text = decodeUtf8(openBytes({ path: file, format: "txt", compression }), file);
  let promised: { words: number; dimensions: number } | undefined;
  let dimensions: number | undefined;
  let line = 0;
  let words = 0;
  let hasVectors = false;
  for await (const content of lines(text, file)) {
    line++;
    const fields = content.trimEnd().split(/[ \t]/);
    if (line === 1 && fields.length === 2 && fields.every((field) => /^\d+$/.test(field))) {
      promised = { words: Number(fields[0]), dimensions: Number(fields[1]) };
      dimensions = promised.dimensions;
      continue;
    }
    if (fields.length === 1 && fields[0] === "") continue;
    dimensions ??= fields.length - 1;
    if (fields.length - 1 !== dimensions || dimensions < 1) {
      throw fault(file, line, "width", `${fields.length - 1} numbers, not ${dimensions}`);
    }
    const vector = numbers(fields, file, line);
    if (vector.some((value) => value !== 0)) {
      hasVectors = true;
      yield { word: fields[0]!, vector };
    }
    if (++words >= most) break;
  }
  if (!hasVectors) throw new CorpusError("vectors.empty", `${file}: there are no word vectors`);
  if (promised !== undefined && words < Math.min(promised.words, most)) {
    throw new CorpusError(
      "vectors.truncated",
      `${file}: ${words} words, but the first line promises ${promised.words}`,
      {
        hint: "Copy or download the file again.",
      },
    );
  }
}

function numbers(fields: readonly string[], file: string, line: number): Float32Array {
  const vector = new Float32Array(fields.length - 1);
  for (let i = 0; i < vector.length; i++) {
    const field = fields[i + 1]!;
    vector[i] = field === "" ? Number.NaN : Number(field);
    if (!Number.isFinite(vector[i])) throw fault(file, line, "number", `${JSON.stringify(field)} is no number`);
  }
  return vector;
}

function fault(file: string, line: number, code: string, what: string): CorpusError {
  return new CorpusError(`vectors.${code}`, `${file}: line ${line}: ${what}`, {
    hint: "Each line is a word and its numbers, apart by spaces, as in word2vec's and fastText's .vec files.",
  });
}
