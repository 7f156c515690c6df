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
  /** Tokens of the new vocabulary, added tokens included (bpe, unigram), or tokens to add (extended). */
  size?: number | undefined;
  /** Ids of the original that are kept (optimized). */
  keep?: number | undefined;
  /** Unicode script or `/regex/` that a token has to be of, after one optional leading space. */
  script?: string | undefined;
  /** Texts that are one token each whatever the corpus holds (bpe), or characters of which that is so (unigram). */
  letters?: readonly string[] | undefined;
  /** Pairs that occur less often are not merged, pieces that do are none (unigram). Default 2. */
  min_frequency?: number | undefined;
  /** In bytes. */
  max_token_length?: number | undefined;
  /** In characters; default 16 (unigram). */
  max_piece_length?: number | undefined;
  /** Share of the text's characters that have a piece of their own, the commonest first; default 1 (unigram). */
  character_coverage?: number | undefined;
  /** Characters without a piece become byte pieces, not the unknown token; default true (unigram). */
  byte_fallback?: boolean | undefined;
  /** Every digit is a piece of its own; default false (unigram). */
  split_digits?: boolean | undefined;
  /** Pieces to begin with; default six times as many as are wanted (unigram). */
  seed_size?: number | undefined;
  /** Share of the pieces that a round of pruning leaves; default 0.75 (unigram). */
  shrinking_factor?: number | undefined;
  /** Rounds of expectation maximisation before each pruning; default 2 (unigram). */
  sub_iterations?: number | undefined;
  /** 0, the default, for all cores; the result does not depend on it. */
  threads?: number | undefined;
  /** Where the new ids of an extended vocabulary go. Behind the added tokens (the default) no old id moves. */
  new_ids?: "after_added" | "before_added" | undefined;
}

export interface MadeVocabulary extends NewVocabulary {
  /** Words that were to become one token each (extended). */
  words?: number;
}

export interface VocabularyMethod {
  /** One line for --help and the docs. */
  description: string;
  /** Which options mean something to it; others are refused. */
  options: readonly (keyof VocabularyOptions)[];
  /** Throws `TokenizerError`, `CorpusError`. */
  make(base: TokenizerJson, options: VocabularyOptions, progress?: Progress): Promise<MadeVocabulary>;
}
