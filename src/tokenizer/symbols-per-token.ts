/**
 * How efficiently a tokenizer cuts a text: characters (code points) of the text as given per token, no special tokens
 * counted; and how much of the text comes back from the ids, so that a normaliser that drops text cannot look efficient.
 */
import type { Documents } from "../corpus/document.js";
import { countCharacters } from "../corpus/filters.js";
import { piecesOfDocuments } from "../corpus/read-pieces.js";
import { textBatches } from "../corpus/text-batches.js";
import { CorpusError } from "../errors.js";
import type { Progress } from "../progress.js";
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

/**
 * Reads `documents` once, as a stream; `onIds` sees the ids of each piece of a text on the way. Throws `CorpusError` where there is no
 * text at all.
 */
export async function symbolsPerToken(
  tokenizer: Tokenizer,
  documents: Documents,
  progress?: Progress,
  onIds?: (ids: Int32Array) => void,
): Promise<TokenizerEfficiency> {
  const total = { characters: 0, bytes: 0, words: 0, tokens: 0, unknown: 0, lines: 0, lossless: 0 };
  for await (const { texts: batch } of textBatches(piecesOfDocuments(documents), batchUnits)) {
    const encoded = await tokenizer.encodeBulk(batch);
    const whole = await tokenizer.comesBack(batch, encoded);
    total.tokens += encoded.ids.length;
    if (tokenizer.unknownId !== undefined) {
      for (const id of encoded.ids) if (id === tokenizer.unknownId) total.unknown++;
    }
    for (const [i, text] of batch.entries()) {
      total.characters += countCharacters(text);
      total.bytes += Buffer.byteLength(text);
      total.words += countWords(text);
      const lines = linesOf(text);
      total.lines += lines.length;
      // Where the whole piece comes back, so does each of its lines.
      total.lossless += whole[i] === 1 ? lines.length : await losslessLines(tokenizer, lines);
      onIds?.(encoded.ids.subarray(encoded.starts[i], encoded.starts[i + 1]));
    }
    progress?.({ task: "measuring the tokenizer", done: total.characters, total: 0, unit: "characters" });
  }
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

const spaces = Uint8Array.from({ length: 0x10000 }, (_, unit) => (/\s/.test(String.fromCharCode(unit)) ? 1 : 0));

function countWords(text: string): number {
  let words = 0;
  let before = 1;
  for (let i = 0; i < text.length; i++) {
    const isSpace = spaces[text.charCodeAt(i)]!;
    words += before & (isSpace ^ 1);
    before = isSpace;
  }
  return words;
}

async function losslessLines(tokenizer: Tokenizer, lines: string[]): Promise<number> {
  const back = await tokenizer.comesBack(lines, await tokenizer.encodeBulk(lines));
  return back.reduce((sum, same) => sum + same, 0);
}
