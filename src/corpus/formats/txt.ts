import { CorpusError } from "../../errors.js";
import type { CorpusFile } from "../corpus-files.js";
import { decodeUtf8 } from "../decode-utf8.js";
import { lines, longestText } from "../lines.js";
import { openBytes } from "../open-bytes.js";
import type { DocumentRule } from "./registry.js";

/**
 * Plain text: the whole file is one document, or runs of lines between blank ones (empty or white space only) are.
 * The text stays as given, "\r\n" included; only the line end behind a paragraph goes.
 * Throws `CorpusError` (`corpus.document_too_long`) where one document has more than about 500 million characters.
 */
export async function* readTxtTexts(file: CorpusFile, documents: DocumentRule): AsyncGenerator<string> {
  const pieces = decodeUtf8(openBytes(file), file.path);
  if (documents === "file") {
    yield await wholeText(pieces, file.path);
    return;
  }
  let paragraph: string[] = [];
  let length = 0;
  for await (const line of lines(pieces, file.path)) {
    if (line.trim() === "") {
      if (paragraph.length > 0) yield joined(paragraph);
      paragraph = [];
      length = 0;
      continue;
    }
    paragraph.push(line);
    length += line.length + 1;
    if (length > longestText) throw tooLong(file.path);
  }
  if (paragraph.length > 0) yield joined(paragraph);
}

const joined = (paragraph: string[]): string => paragraph.join("\n").replace(/\r$/, "");

async function wholeText(pieces: AsyncIterable<string>, path: string): Promise<string> {
  const parts: string[] = [];
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (length > longestText) throw tooLong(path);
    parts.push(piece);
  }
  return parts.join("");
}

const tooLong = (path: string): CorpusError =>
  new CorpusError("corpus.document_too_long", `${path}: one document of more than ${longestText} characters`, {
    hint: "Separate documents by blank lines and say `documents: blank_lines`, or use .jsonl with one document a line.",
  });
