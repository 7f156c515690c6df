/** A text in windows of a fixed number of code points, the same for every tokenizer that is measured on it. */
import type { Document, Documents } from "../corpus/document.js";
import { CorpusError } from "../errors.js";

export interface TextWindow {
  text: string;
  /** Code points. */
  characters: number;
  /** File and place, for messages. */
  place: string;
}

/**
 * Windows of `size` code points, in the order of the text. With `maximum`, every n-th window is kept
 * while reading, so that memory does not grow with the text, and `maximum` of those in the end.
 */
export async function cutWindows(
  documents: Documents,
  size: number,
  maximum = Number.POSITIVE_INFINITY,
): Promise<TextWindow[]> {
  let kept: TextWindow[] = [];
  let stride = 1;
  let count = 0;
  for await (const document of documents) {
    for (const window of windowsOf(document, size)) {
      if (count++ % stride !== 0) continue;
      kept.push(window);
      if (kept.length < 2 * maximum) continue;
      kept = kept.filter((_, i) => i % 2 === 0);
      stride *= 2;
    }
  }
  if (kept.length === 0) {
    throw new CorpusError("corpus.empty", "bits per character: the validation corpus has no text", {
      hint: "Check corpus.validation and its filters.",
    });
  }
  if (kept.length <= maximum) return kept;
  return Array.from({ length: maximum }, (_, i) => kept[Math.floor((i * kept.length) / maximum)]!);
}

function* windowsOf(document: Document, size: number): Generator<TextWindow> {
  const { text } = document;
  let start = 0;
  let characters = 0;
  const window = (end: number): TextWindow => ({
    text: text.slice(start, end),
    characters,
    place: `${document.source}, document ${document.index}, code unit ${start}`,
  });
  for (let at = 0; at < text.length; ) {
    const unit = text.codePointAt(at)!;
    at += unit > 0xffff ? 2 : 1;
    characters++;
    if (characters < size) continue;
    yield window(at);
    start = at;
    characters = 0;
  }
  if (characters > 0) yield window(text.length);
}
