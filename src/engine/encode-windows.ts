/** Windows of a text as ids behind a start token. Each has to decode to itself, so that no tokenizer looks good by losing text. */
import { EngineError, TokenizerError } from "../errors.js";
import { sequenceMarks } from "../tokenizer/sequence-marks.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { TextWindow } from "./text-windows.js";

/**
 * For each window the start token and its ids. Throws `TokenizerError` (a window does not decode to itself), `EngineError` (one
 * has more ids than the `context` positions that the model sees).
 */
export async function encodeWindows(
  windows: readonly TextWindow[],
  tokenizer: Tokenizer,
  context: number,
): Promise<Int32Array[]> {
  const { start } = sequenceMarks(tokenizer);
  const encoded: Int32Array[] = [];
  const batch = 512;
  let longest = 0;
  for (let from = 0; from < windows.length; from += batch) {
    const part = windows.slice(from, from + batch);
    const ids = await tokenizer.encodeBatch(part.map((window) => window.text));
    for (const [i, window] of part.entries()) {
      const own = ids[i]!;
      const back = await tokenizer.decode(own);
      if (back !== window.text) throw lossy(tokenizer, window, back);
      longest = Math.max(longest, own.length);
      encoded.push(Int32Array.from([start, ...own]));
    }
  }
  // The longest is named, not the first.
  if (longest > context)
    throw tooLong(windows[encoded.findIndex(({ length }) => length - 1 === longest)]!, longest, context);
  return encoded;
}

function lossy(tokenizer: Tokenizer, window: TextWindow, back: string): TokenizerError {
  let at = 0;
  while (at < back.length && back[at] === window.text[at]) at++;
  const shown = JSON.stringify(window.text.slice(at, at + 12));
  return new TokenizerError(
    "tokenizer.lossy",
    `${window.place}: ${tokenizer.source} does not give this text back (from ${shown} on)`,
    { hint: "Bits per character needs a tokenizer without unknown tokens and without a normaliser that drops text." },
  );
}

function tooLong(window: TextWindow, tokens: number, context: number): EngineError {
  return new EngineError(
    "engine.window_too_long",
    `${window.place}: ${window.characters} characters are ${tokens} tokens, but the model sees ${context} at once`,
    { hint: "Choose smaller windows (window_characters).", exitCode: 2 },
  );
}
