/**
 * The words that an extended vocabulary should hold as one token each: the tokens of a vocabulary of the new language,
 * with how often they occur. Either that vocabulary is trained on a corpus, or it is another tokenizer's; then there are
 * no counts, and the order of its tokens stands for them.
 */

import type { CorpusOptions } from "../corpus/read-corpus.js";
import { readPieces } from "../corpus/read-pieces.js";
import type { Progress } from "../progress.js";
import { textOfBytes } from "../tokenizer/byte-level.js";
import { readTokenizer } from "../tokenizer/load-tokenizer.js";
import { tokenBytes } from "../tokenizer/token-bytes.js";
import { tokenFormOf } from "../tokenizer/token-form.js";
import type { TokenizerJson } from "../tokenizer/tokenizer-json.js";
import { startFromBytes, startFromCharacters } from "./bpe-alphabet.js";
import { trainBpe } from "./train-bpe.js";
import { cuttingPartsOf } from "./training-cutter.js";
import { type CountOptions, countWords } from "./word-counts.js";

/** Counts are integers, at least 1. */
export type Word = readonly [text: string, count: number];

/** Accepts a text that may become a token. */
export type Accept = (text: string) => boolean;

export interface CorpusWordsOptions extends CountOptions {
  corpus: CorpusOptions;
  wanted: number;
  min_frequency: number;
  accept: Accept;
}

/**
 * Tokens of a BPE of the base's form that is trained on `corpus` until it has `wanted` accepted ones, each with the count
 * that it had when it was merged; most frequent first.
 */
export async function wordsFromCorpus(
  base: TokenizerJson,
  { corpus, wanted, min_frequency, accept, ...counting }: CorpusWordsOptions,
  progress?: Progress,
): Promise<Word[]> {
  const counted = await countWords(readPieces(corpus), cuttingPartsOf(base), counting, progress);
  const form = tokenFormOf(base);
  const words: Word[] = [];
  const offer = (token: string, count: number): void => {
    const text = form.read(token);
    if (text !== undefined && accept(text)) words.push([text, count]);
  };
  const start = form.name === "byte_level" ? startFromBytes(counted) : startFromCharacters(counted);
  trainBpe(start, {
    size: Number.POSITIVE_INFINITY,
    min_frequency,
    enough(token, count) {
      offer(token, count);
      return words.length >= wanted;
    },
  });
  return words;
}

/** A Unigram piece's log-probability as a count, in so many. */
const unigramTotal = 1_000_000;

/**
 * The accepted tokens of the tokenizer at `place`, most frequent first. Counts of BPE tokens: the size of the
 * vocabulary minus the rank, where tokens that no merge makes (single characters) come first and the others as they are
 * merged. Of Unigram pieces: 1,000,000 · exp(score), at least 1. Throws `TokenizerError`.
 */
export function wordsFromTokenizer(place: string, accept: Accept): Word[] {
  const tokenizer = readTokenizer(place);
  const bytesOf = tokenBytes(tokenizer);
  const added = new Set(tokenizer.addedTokens.map((token) => token.content));
  const words: Word[] = [];
  for (const [token, count] of countedTokens(tokenizer)) {
    const bytes = added.has(token) ? undefined : bytesOf(token);
    const text = bytes === undefined ? undefined : textOfBytes(bytes);
    if (text !== undefined && accept(text)) words.push([text, count]);
  }
  return words;
}

function countedTokens(tokenizer: TokenizerJson): Word[] {
  const { vocabulary, merges, scores } = tokenizer;
  const byId = [...vocabulary].sort(([, a], [, b]) => a - b).map(([token]) => token);
  if (scores !== undefined) {
    return byId
      .map((token, id): Word => [token, Math.max(1, Math.round(unigramTotal * Math.exp(scores[id]!)))])
      .sort(([, a], [, b]) => b - a);
  }
  const merged = new Set(merges.map(([left, right]) => left + right));
  const ranked = [...byId.filter((token) => !merged.has(token)), ...merged];
  return ranked.map((token, rank) => [token, vocabulary.size - rank]);
}
