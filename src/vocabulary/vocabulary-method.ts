/** What a way to make a vocabulary gets, and what it gives: the one interface behind the registry. */
import type { CorpusOptions } from "../corpus/read-corpus.js";
import type { Progress } from "../progress.js";
import type { NewVocabulary } from "../tokenizer/format-tokenizer-json.js";
import type { TokenizerJson } from "../tokenizer/tokenizer-json.js";

export interface VocabularyOptions {
  /** Text to learn from. */
  corpus?: CorpusOptions | undefined;
  /** Path of a tokenizer to take the tokens to add from, in place of a corpus. */
  from?: string | undefined;
  /** Tokens of the new vocabulary, added tokens included (bpe, unigram), or tokens to add (extended, optimized). */
  size?: number | undefined;
  /** How much of the original is kept (optimized): its first ids, or its most used tokens where there is a `keep_corpus`. */
  keep?: number | undefined;
  /** Text that tells which tokens of the original are used. */
  keep_corpus?: CorpusOptions | undefined;
  /** Unicode script or `/regex/` that a token has to be of, after one optional leading space. */
  script?: string | undefined;
  /** How a new vocabulary writes text; the base's way where left out. */
  style?: "byte_level" | "sentencepiece" | undefined;
  /** Texts (byte-level) or characters that are one token each whatever the corpus holds. */
  initial_alphabet?: readonly string[] | undefined;
  /** Most characters of a SentencePiece-style alphabet. */
  alphabet_limit?: number | undefined;
  /** Further special tokens, behind the base's. */
  special_tokens?: readonly string[] | undefined;
  /** No token holds more than one digit. */
  split_digits?: boolean | undefined;
  /** Pairs that occur less often are not merged; substrings that do are no pieces (unigram). Default 2. */
  min_frequency?: number | undefined;
  /** In bytes, or in characters where the style is SentencePiece's; 16 where left out (unigram). */
  max_token_length?: number | undefined;
  /** Megabytes that the training may take; beyond, the rarest words are left out. */
  memory_mb?: number | undefined;
  /** Share of the text's characters that have a piece of their own, the commonest first; default 1 (unigram). */
  character_coverage?: number | undefined;
  /** Characters without a piece become byte pieces, not the unknown token; default true (unigram). */
  byte_fallback?: boolean | undefined;
  /** Pieces to begin with; default six times as many as are wanted (unigram). */
  seed_size?: number | undefined;
  /** Share of the pieces that a round of pruning leaves; default 0.75 (unigram). */
  shrinking_factor?: number | undefined;
  /** Rounds of expectation maximisation before each pruning; default 2 (unigram). */
  sub_iterations?: number | undefined;
  /** Where the new ids of an extended vocabulary go. Behind the added tokens (the default) no old id moves. */
  new_ids?: "after_added" | "before_added" | undefined;
}

export interface MadeVocabulary extends NewVocabulary {
  /** Words that were to become one token each (extended, optimized). */
  words?: number;
}

export interface VocabularyMethod {
  /** One line for --help and the docs. */
  description: string;
  /** Which options mean something to it; others are refused. */
  options: readonly (keyof VocabularyOptions)[];
  /** The result does not depend on `threads`. Throws `TokenizerError`, `CorpusError`. */
  make(
    base: TokenizerJson,
    options: VocabularyOptions & { threads?: number | undefined },
    progress?: Progress,
  ): Promise<MadeVocabulary>;
}
