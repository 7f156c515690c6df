const pieceUnits = 1 << 15;
const longestPiece = 1 << 20;
/** As much as decides where a piece ends. */
const lookAhead = 2 * pieceUnits + longestPiece;

/**
 * A text in pieces of about 32 K UTF-16 units, each from the start of a line that does not begin with white space: there
 * the common pre-tokenizers cut anyway, so that the pieces have the tokens of the whole. A line that is too long for one
 * piece is cut in front of a space.
 */
export function* cutText(text: string): Generator<string> {
  let from = 0;
  while (text.length - from > 2 * pieceUnits) {
    const window = text.slice(from, from + longestPiece);
    const length = borderIn(window, /\n(?=\S)/g) ?? borderIn(window, /\S(?= )/g) ?? wholeCharacters(window);
    yield window.slice(0, length);
    from += length;
  }
  if (from < text.length) yield text.slice(from);
}

/** The same pieces of a text that comes in parts. */
export async function* cutTextStream(parts: AsyncIterable<string>): AsyncGenerator<string> {
  let open = "";
  for await (const part of parts) {
    open += part;
    if (open.length < 2 * lookAhead) continue;
    let done = 0;
    for (const piece of cutText(open)) {
      yield piece;
      done += piece.length;
      if (open.length - done <= lookAhead) break;
    }
    open = open.slice(done);
  }
  yield* cutText(open);
}

/** Where the first match behind the size of a piece ends. */
function borderIn(window: string, border: RegExp): number | undefined {
  border.lastIndex = pieceUnits;
  return border.exec(window) === null ? undefined : border.lastIndex;
}

/** Length of `window` without the first half of a surrogate pair at its end. */
function wholeCharacters(window: string): number {
  return window.charCodeAt(window.length - 1) >> 10 === 0x36 ? window.length - 1 : window.length;
}
