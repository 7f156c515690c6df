import { CorpusError } from "../errors.js";

/**
 * The longest text that is held in one piece, in UTF-16 units (about 500 million). V8's strings end at 2^29 - 24; a
 * clear message comes before that.
 */
export const longestText = 500_000_000;

/**
 * Lines of a stream of text, each without its "\n" (a "\r" before it stays). Text behind the last "\n" is a line too.
 * Throws `CorpusError` (`corpus.line_too_long`) naming `source` and the line.
 */
export async function* lines(pieces: AsyncIterable<string>, source: string): AsyncGenerator<string> {
  let open: string[] = [];
  let length = 0;
  let number = 1;
  for await (const piece of pieces) {
    let from = 0;
    for (let end = piece.indexOf("\n"); end >= 0; end = piece.indexOf("\n", from)) {
      const rest = piece.slice(from, end);
      yield open.length === 0 ? rest : open.join("") + rest;
      open = [];
      length = 0;
      from = end + 1;
      number++;
    }
    if (from === piece.length) continue;
    length += piece.length - from;
    if (length > longestText) {
      throw new CorpusError(
        "corpus.line_too_long",
        `${source}: line ${number} is longer than ${longestText} characters`,
      );
    }
    open.push(piece.slice(from));
  }
  if (length > 0) yield open.join("");
}
