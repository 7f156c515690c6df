/**
 * How a text is cut into the words that a BPE learns from: as the tokenizer will cut it later. Byte-level tokenizers do
 * that with their pre-tokenizer. SentencePiece's trainer reads lines, and its pieces never reach across white space, even
 * where the tokenizer has no pre-tokenizer at all (Mistral, Llama 2).
 */

import { createPreTokenizer, type PreTokenizer, wordsOf } from "../tokenizer/pre-tokenizer.js";
import { spaceMark } from "../tokenizer/space-mark.js";
import { isByteLevelBpe, type TokenizerJson } from "../tokenizer/tokenizer-json.js";

/** What decides where a tokenizer cuts; small enough to be sent to a worker. */
export type CuttingParts = Pick<TokenizerJson, "source" | "modelType" | "normalizer" | "preTokenizer">;

export const cuttingPartsOf = ({ source, modelType, normalizer, preTokenizer }: TokenizerJson): CuttingParts => ({
  source,
  modelType,
  normalizer,
  preTokenizer,
});

/** A line with its end. */
const lines = /[^\n]*\n|[^\n]+/g;
/** Line ends and tabs stand alone, as pieces that SentencePiece is told of do. */
const markedWords = /\u2581?[^\u2581\n\r\t]+|\u2581|[\n\r\t]+/g;
const digitsAndOthers = /\p{Nd}|[^\p{Nd}]+/gu;

/** Calls back with each word of a text. `splitDigits`: a digit is a word of its own, so that no token holds several. */
export function createTrainingCutter(parts: CuttingParts, splitDigits: boolean): PreTokenizer {
  const preTokenizer = createPreTokenizer(parts);
  const cut = isByteLevelBpe(parts) ? preTokenizer : inMarks(parts, preTokenizer);
  if (!splitDigits) return cut;
  return (text, word) =>
    cut(text, (whole) => {
      if (!/\p{Nd}/u.test(whole)) word(whole);
      else for (const [part] of whole.matchAll(digitsAndOthers)) word(part);
    });
}

/**
 * A mark that goes in front of every text goes in front of every line here: that is what a sentence is to SentencePiece, and
 * what Hugging Face's trainer reads.
 */
function inMarks(parts: CuttingParts, preTokenizer: PreTokenizer): PreTokenizer {
  const cut = parts.preTokenizer === null ? cutAtMarks(preTokenizer) : preTokenizer;
  if (!wordsOf(preTokenizer, "a")[0]?.startsWith(spaceMark)) return cut;
  return (text, word) => {
    for (const [line] of text.matchAll(lines)) cut(line, word);
  };
}

const cutAtMarks =
  (normalize: PreTokenizer): PreTokenizer =>
  (text, word) =>
    normalize(text, (whole) => {
      for (const [marked] of whole.matchAll(markedWords)) word(marked);
    });
