/**
 * Cuts a text into paragraphs, each with the white space that ends it: a paragraph begins after a line
 * break (after the last one of a run of white space with line breaks, as LLaMa-3's pre-tokenizer sees
 * it, so that the pieces get the ids that they have in the whole text). Joined they are the text again.
 */
export function* splitParagraphs(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const end = paragraphEnd(text, start);
    yield* bounded(text.slice(start, end));
    start = end;
  }
}

function paragraphEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && !isLineBreak(text[at]!)) at++;
  let end = text.length;
  for (; at < text.length && whiteSpace.test(text[at]!); at++) if (isLineBreak(text[at]!)) end = at + 1;
  return end;
}

const whiteSpace = /\s/;
const isLineBreak = (character: string): boolean => character === "\n" || character === "\r";

/** A longer paragraph is cut before a space, or anywhere, so that no encoder is given megabytes at once. */
const longestPiece = 1 << 16;

function* bounded(paragraph: string): Generator<string> {
  let start = 0;
  while (paragraph.length - start > longestPiece) {
    const space = paragraph.lastIndexOf(" ", start + longestPiece);
    let cut = space > start ? space : start + longestPiece;
    // Between the halves of a surrogate pair there is no character to cut at.
    if (isLowSurrogate(paragraph.charCodeAt(cut))) cut--;
    yield paragraph.slice(start, cut);
    start = cut;
  }
  yield paragraph.slice(start);
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;
