/**
 * Byte pair encoding from word counts (Sennrich et al., arXiv 1508.07909). Ids: the alphabet's tokens, then one for each
 * merge that makes a new token. Of pairs with the same count the one with the lower ids comes first (left id, then right
 * id), which is the order of Hugging Face tokenizers: the same text and settings give the same merges.
 */
import type { Merge } from "../tokenizer/tokenizer-json.js";
import type { BpeStart } from "./bpe-alphabet.js";
import { mergePairs } from "./merge-pairs.js";

export interface TrainBpeOptions {
  /** Tokens at most: alphabet and merges. */
  size: number;
  /** Pairs that occur less often are not merged. Default 1. */
  min_frequency?: number | undefined;
  /** In symbols of the alphabet: bytes or characters. No limit where left out; tokens of the alphabet may be longer. */
  max_token_length?: number | undefined;
  /** Asked after each new token; true ends the training early. */
  enough?: (token: string, count: number) => boolean;
}

export interface BpeVocabulary {
  /** As they are written, by id. */
  tokens: string[];
  /** In order of rank. */
  merges: Merge[];
  /** How often each token's pair occurred when it was merged, by id; 0 for the alphabet. */
  counts: number[];
}

/** Takes over `start`. Without merges where `size` has no room beside the alphabet. */
export function trainBpe(start: BpeStart, options: TrainBpeOptions): BpeVocabulary {
  const { size, min_frequency = 1, max_token_length } = options;
  const { tokens, merges, words } = start;
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const counts: number[] = new Array(tokens.length).fill(0);
  mergePairs(words, {
    minCount: Math.max(1, min_frequency),
    precedes: (table, pair, other) => {
      const byLeft = table.left(pair) - table.left(other);
      return byLeft !== 0 ? byLeft < 0 : table.right(pair) < table.right(other);
    },
    ...(max_token_length !== undefined && {
      allows: (left, right) => tokens[left]!.length + tokens[right]!.length <= max_token_length,
    }),
    merge: (left, right, count) => {
      if (tokens.length >= size) return undefined;
      const token = tokens[left]! + tokens[right]!;
      merges.push([tokens[left]!, tokens[right]!]);
      const known = ids.get(token);
      // Another pair may have made the same token before: the merge is new, the token is not.
      if (known !== undefined) return known;
      const id = tokens.push(token) - 1;
      ids.set(token, id);
      counts.push(count);
      return options.enough?.(token, count) ? undefined : id;
    },
  });
  return { tokens, merges, counts };
}
