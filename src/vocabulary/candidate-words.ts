/**
 * The words that an extended vocabulary should hold as one token each: the tokens of a vocabulary of the new language,
 * with how often they occur. Either that vocabulary is trained on a corpus, or it is another tokenizer's; then there are
 * no counts, and the order of its tokens stands for them.
 */

import type { CorpusOptions } from "../corpus/read-corpus.js";
import { readCorpus } from "../corpus/read-corpus.js";
import type { Progress } from "../progress.js";
import { textOfBytes, textOfToken } from "../tokenizer/byte-level.js";
import { readTokenizer } from "../tokenizer/load-tokenizer.js";
import type { PreTokenizer } from "../tokenizer/pre-tokenizer.js";
import { tokenBytes } from "../tokenizer/token-bytes.js";
import type { TokenizerJson } from "../tokenizer/tokenizer-json.js";
import { trainBpe } from "./train-bpe.js";
import { countWords } from "./word-counts.js";

/** Counts are integers, at least 1. */
export type Word = readonly [text: string, count: number];

/** Accepts a text that may become a token. */
export type Accept = (text: string) => boolean;

/**
 * Tokens of a byte-level BPE that is trained on `corpus` until it has `wanted` accepted ones, each with the count that
 * it had when it was merged; most frequent first.
 */
export async function wordsFromCorpus(
  corpus: CorpusOptions,
  preTokenizer: PreTokenizer,
  wanted: number,
  minFrequency: number,
  accept: Accept,
  progress?: Progress,
): Promise<Word[]> {
  const counted = await countWords(readCorpus(corpus), preTokenizer, progress);
  const words: Word[] = [];
  trainBpe(counted, {
    size: Number.POSITIVE_INFINITY,
    min_frequency: minFrequency,
    enough(token, count) {
      const text = textOfToken(token);
      if (text !== undefined && accept(text)) words.push([text, count]);
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
