/**
 * A corpus as pieces of text, for work that does not ask where documents end: memory does not grow with the longest
 * document either, as it does where a whole file is one.
 */
import { cutText, cutTextStream } from "../tokenizer/cut-text.js";
import { findCorpusFiles } from "./corpus-files.js";
import { decodeUtf8 } from "./decode-utf8.js";
import type { Documents } from "./document.js";
import { openBytes } from "./open-bytes.js";
import { type CorpusOptions, emptyCorpus, readCorpus } from "./read-corpus.js";

/** In the order of the text. Filters ask for whole documents, and get them. Throws what `readCorpus` throws. */
export async function* readPieces(options: CorpusOptions): AsyncGenerator<string> {
  const files = await findCorpusFiles(options.files);
  const { documents = "file", filters } = options;
  const whole = documents !== "file" || filters !== undefined || files.some(({ format }) => format !== "txt");
  if (whole) {
    yield* piecesOfDocuments(readCorpus(options));
    return;
  }
  let empty = true;
  for (const file of files) {
    for await (const piece of cutTextStream(decodeUtf8(openBytes(file), file.path))) {
      empty = false;
      yield piece;
    }
  }
  if (empty) throw emptyCorpus(options.files);
}

/** The same of documents that are read already. */
export async function* piecesOfDocuments(documents: Documents): AsyncGenerator<string> {
  for await (const { text } of documents) yield* cutText(text);
}
