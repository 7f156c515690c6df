import type { Tokenizer } from "../tokenizer/tokenizer.js";

export interface DecodedAnswer {
  text: string;
  /** Tokens that it took. */
  tokens: number;
}

/**
 * Text of a generated answer. Without a chat template every turn stands on a line of its own, so that the answer is the
 * first line with words: what a base model adds behind it is the next turn.
 */
export async function decodeAnswer(tokenizer: Tokenizer, tokens: readonly number[]): Promise<DecodedAnswer> {
  const text = await decodeAll(tokenizer, tokens);
  const line = tokenizer.chatTemplate === undefined ? /^\s*[^\n]*/.exec(text)![0] : text;
  if (line.length === text.length) return { text: text.trim(), tokens: tokens.length };
  // The fewest tokens that hold the whole line.
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const start = await decodeAll(tokenizer, tokens.slice(0, middle));
    if (start.startsWith(line)) high = middle;
    else low = middle + 1;
  }
  return { text: line.trim(), tokens: low };
}

/** Rows beyond the tokenizer's ids (padding) have no text: each shows as a replacement character, which no gold answer has. */
async function decodeAll(tokenizer: Tokenizer, tokens: readonly number[]): Promise<string> {
  if (tokens.every((id) => id < tokenizer.size)) return tokenizer.decode(tokens, true);
  const parts: string[] = [];
  let run: number[] = [];
  for (const id of tokens) {
    if (id < tokenizer.size) {
      run.push(id);
      continue;
    }
    parts.push(await tokenizer.decode(run, true), "\u{fffd}");
    run = [];
  }
  parts.push(await tokenizer.decode(run, true));
  return parts.join("");
}
