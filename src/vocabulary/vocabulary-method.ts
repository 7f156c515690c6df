/** What a way to make a vocabulary gets, and what it gives: the one interface behind the registry. */
import type { Progress } from "../progress.js";
import type { NewVocabulary } from "../tokenizer/format-tokenizer-json.js";
import type { TokenizerJson } from "../tokenizer/tokenizer-json.js";
import type { VocabularyOptions } from "./options.js";

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
