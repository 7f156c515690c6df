/**
 * How efficiently a tokenizer cuts a text: characters (code points) of the text as given per token, no special tokens
 * counted; and how much of the text comes back from the ids, so that a normaliser that drops text cannot look efficient.
 */
import type { Documents } from "../corpus/document.js";
import { countCharacters } from "../corpus/filters.js";
import { CorpusError } from "../errors.js";
import type { Progress } from "../progress.js";
import { cutText } from "./cut-text.js";
import type { Tokenizer } from "./tokenizer.js";

export interface TokenizerEfficiency {
  /** Code points. */
  characters: number;
  /** UTF-8. */
  bytes: number;
  /** Runs of what is not white space. */
  words: number;
  tokens: number;
  symbols_per_token: number;
  tokens_per_word: number;
  bytes_per_token: number;
  unknown_tokens: number;
  /** Share of lines that decode to themselves. */
  lossless_share: number;
}

/** Pieces of one call to the encoder, in UTF-16 units. */
const batchUnits = 1 << 20;

/** Reads `documents` once, as a stream. Throws `CorpusError` where there is no text at all. */
export async function symbolsPerToken(
  tokenizer: Tokenizer,
  documents: Documents,
  progress?: Progress,
): Promise<TokenizerEfficiency> {
  const total = { characters: 0, bytes: 0, words: 0, tokens: 0, unknown: 0, lines: 0, lossless: 0 };
  let batch: string[] = [];
  let units = 0;
  const measure = async (): Promise<void> => {
    for (const [i, ids] of (await tokenizer.encodeBatch(batch)).entries()) {
      const text = batch[i]!;
      total.characters += countCharacters(text);
      total.bytes += Buffer.byteLength(text);
      total.words += countWords(text);
      total.tokens += ids.length;
      if (tokenizer.unknownId !== undefined) total.unknown += ids.filter((id) => id === tokenizer.unknownId).length;
      const lines = linesOf(text);
      total.lines += lines.length;
      // Where the whole piece comes back, so does each of its lines.
      const whole = (await tokenizer.decode(ids)) === text;
      total.lossless += whole ? lines.length : await losslessLines(tokenizer, lines);
    }
    batch = [];
    units = 0;
    progress?.({ task: "measuring the tokenizer", done: total.characters, total: 0, unit: "characters" });
  };
  for await (const { text } of documents) {
    for (const piece of cutText(text)) {
      batch.push(piece);
      units += piece.length;
      if (units >= batchUnits) await measure();
    }
  }
  if (batch.length > 0) await measure();
  if (total.tokens === 0) throw new CorpusError("corpus.empty", "there is no text to measure a tokenizer on");
  return {
    characters: total.characters,
    bytes: total.bytes,
    words: total.words,
    tokens: total.tokens,
    symbols_per_token: total.characters / total.tokens,
    tokens_per_word: total.tokens / Math.max(1, total.words),
    bytes_per_token: total.bytes / total.tokens,
    unknown_tokens: total.unknown,
    lossless_share: total.lossless / total.lines,
  };
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function countWords(text: string): number {
  let words = 0;
  for (const _ of text.matchAll(/\S+/g)) words++;
  return words;
}

async function losslessLines(tokenizer: Tokenizer, lines: string[]): Promise<number> {
  const encoded = await tokenizer.encodeBatch(lines);
  let lossless = 0;
  for (const [i, ids] of encoded.entries()) if ((await tokenizer.decode(ids)) === lines[i]) lossless++;
  return lossless;
}
