import { byteLevelDecoder, byteLevelPreTokenizer } from "./patterns.js";

export interface ByteLevelParts {
  addedTokens: readonly unknown[];
  patterns: readonly string[];
  postProcessor: unknown;
  /** A word that is a token is never cut. */
  ignoreMerges: boolean;
  vocabulary: Iterable<readonly [token: string, id: number]>;
  merges: readonly unknown[];
}

/** A byte-level BPE as a tokenizer.json, from a format that says only part of it. */
export function byteLevelJson(parts: ByteLevelParts): Record<string, unknown> {
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: parts.addedTokens,
    normalizer: null,
    pre_tokenizer: byteLevelPreTokenizer(parts.patterns),
    post_processor: parts.postProcessor,
    decoder: byteLevelDecoder,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: parts.ignoreMerges,
      vocab: Object.fromEntries(parts.vocabulary),
      merges: parts.merges,
    },
  };
}
