/** What can be asked of a vocabulary: the section of a recipe, the flags of `lep vocab build`, and what the methods take. */
import { z } from "zod";
import type { CorpusOptions } from "../corpus/read-corpus.js";
import { textFilesSchema } from "../corpus/text-files.js";
import { vocabularyMethodNames } from "./registry.js";

export const vocabularySchema = z
  .strictObject({
    method: z.enum(vocabularyMethodNames).describe("How the new vocabulary is made."),
    size: z
      .int()
      .min(1)
      .optional()
      .describe("Tokens in the new vocabulary (bpe, unigram) or to add (extended, optimized)."),
    keep: z
      .int()
      .min(1)
      .optional()
      .describe("How much of the original is kept (optimized): its first ids, or its most used tokens."),
    keep_corpus: textFilesSchema.optional().describe("Text that tells which tokens of the original are used."),
    style: z
      .enum(["byte_level", "sentencepiece"])
      .optional()
      .describe("How a new vocabulary writes text; the original's way where left out."),
    initial_alphabet: z.array(z.string()).optional().describe("Characters that are tokens whatever the corpus holds."),
    alphabet_limit: z.int().min(1).optional().describe("Most characters of a SentencePiece-style alphabet."),
    special_tokens: z.array(z.string().min(1)).optional().describe("Further special tokens, behind the original's."),
    split_digits: z.boolean().optional().describe("No token holds more than one digit."),
    memory_mb: z
      .int()
      .min(1)
      .optional()
      .describe("Megabytes that the training may take; beyond, the rarest words are left out."),
    script: z.string().optional().describe("Only tokens of this Unicode script, or /regex/ on the whole token."),
    from: z.string().optional().describe("Take the tokens to add from this tokenizer instead of the corpus."),
    min_frequency: z.int().min(1).optional().describe("Rarer pairs are not merged, rarer pieces not tried."),
    max_token_length: z
      .int()
      .min(1)
      .optional()
      .describe("Longest token, in bytes (byte_level) or characters (sentencepiece)."),
    character_coverage: z.number().gt(0).max(1).optional().describe("Share of characters with a piece each (unigram)."),
    byte_fallback: z.boolean().optional().describe("Bytes, not <unk>, for other characters (unigram)."),
    seed_size: z.int().min(1).optional().describe("Pieces to begin with (unigram)."),
    shrinking_factor: z.number().gt(0).lt(1).optional().describe("Share of pieces that pruning leaves (unigram)."),
    sub_iterations: z.int().min(1).optional().describe("EM rounds before each pruning (unigram)."),
    new_ids: z
      .enum(["after_added", "before_added"])
      .optional()
      .describe("Where the new ids of an extended vocabulary go."),
  })
  .describe("Stage 1: the vocabulary.");

export type VocabularySection = z.infer<typeof vocabularySchema>;

export interface VocabularyOptions extends Omit<VocabularySection, "method" | "keep_corpus"> {
  /** Text to learn from. */
  corpus?: CorpusOptions | undefined;
  /** Text that tells which tokens of the original are used. */
  keep_corpus?: CorpusOptions | undefined;
}
