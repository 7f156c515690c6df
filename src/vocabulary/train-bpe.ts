/**
 * Byte-level BPE from word counts (Sennrich et al., arXiv 1508.07909; bytes as in GPT-2). Ids: the 256 bytes in the order
 * of their printable form, then the letters, then the merges. Of pairs with the same count the one with the lower ids
 * comes first (left id, then right id), which is the order of Hugging Face tokenizers: the same text and settings give
 * the same merges.
 */
import { TokenizerError } from "../errors.js";
import { byteAlphabet, tokenOfText } from "../tokenizer/byte-level.js";
import type { Merge } from "../tokenizer/tokenizer-json.js";
import { mergePairs } from "./merge-pairs.js";
import { segmentWords } from "./segment-words.js";

export interface TrainBpeOptions {
  /** Tokens at most: bytes, letters and merges. */
  size: number;
  /** Pairs that occur less often are not merged. Default 1. */
  min_frequency?: number;
  /** In bytes; no limit where left out. Letters may be longer. */
  max_token_length?: number;
  /** Texts that are one token each before anything is counted, e.g. the letters of a script that the corpus lacks. */
  letters?: readonly string[];
  /** Asked after each merge; true ends the training early. */
  enough?: (token: string, count: number) => boolean;
}

export interface BpeVocabulary {
  /** Printable forms, by id. */
  tokens: string[];
  /** In order of rank. */
  merges: Merge[];
  /** How often each token's pair occurred when it was merged, by id; 0 for bytes and letters. */
  counts: number[];
}

/** Throws `TokenizerError` where `size` has no room for the bytes and letters. */
export function trainBpe(
  words: Iterable<readonly [text: string, count: number]>,
  options: TrainBpeOptions,
): BpeVocabulary {
  const { size, min_frequency = 1, max_token_length = Number.POSITIVE_INFINITY, letters = [] } = options;
  const vocabulary = startVocabulary(letters);
  const { tokens, merges, counts } = vocabulary;
  if (tokens.length > size) {
    throw new TokenizerError(
      "vocabulary.size_too_small",
      `a byte-level vocabulary of ${size} tokens is too small: bytes and letters alone are ${tokens.length}`,
    );
  }
  const ids = new Map(tokens.map((token, id) => [token, id]));
  mergePairs(segmentWords(words, ids, merges), {
    minCount: Math.max(1, min_frequency),
    precedes: (table, pair, other) => {
      const byLeft = table.left(pair) - table.left(other);
      return byLeft !== 0 ? byLeft < 0 : table.right(pair) < table.right(other);
    },
    allows: (left, right) => tokens[left]!.length + tokens[right]!.length <= max_token_length,
    merge: (left, right, count) => {
      if (tokens.length >= size) return undefined;
      const token = tokens[left]! + tokens[right]!;
      // Another pair may have made the same token before: the merge is new, the token is not.
      let id = ids.get(token);
      if (id === undefined) {
        id = tokens.push(token) - 1;
        ids.set(token, id);
        counts.push(count);
        if (options.enough?.(token, count)) {
          merges.push([tokens[left]!, tokens[right]!]);
          return undefined;
        }
      }
      merges.push([tokens[left]!, tokens[right]!]);
      return id;
    },
  });
  return vocabulary;
}

/** The bytes, and the merges that make each letter one token, from left to right. */
function startVocabulary(letters: readonly string[]): BpeVocabulary {
  const tokens = [...byteAlphabet].sort();
  const merges: Merge[] = [];
  const known = new Set(tokens);
  for (const letter of letters) {
    const [first = "", ...rest] = tokenOfText(letter);
    let left = first;
    for (const right of rest) {
      const token = left + right;
      if (!known.has(token)) {
        known.add(token);
        tokens.push(token);
        merges.push([left, right]);
      }
      left = token;
    }
  }
  return { tokens, merges, counts: new Array(tokens.length).fill(0) };
}
