/**
 * The original vocabulary cut down to its most useful tokens, then extended (the scenario "Optimized" of Learned
 * Embedding Propagation, arXiv 2412.21140, section 3.1, which keeps the first 64,000 ids of LLaMa-3). Ids of what is kept
 * close up in their old order; `rowMap` says where each went.
 */
import { TokenizerError } from "../../errors.js";
import { requireBpe } from "../../tokenizer/tokenizer-json.js";
import { cutVocabulary } from "../cut-vocabulary.js";
import { extendVocabulary, extensionOptions } from "../extend-vocabulary.js";
import { tokenUse } from "../token-use.js";
import type { VocabularyMethod } from "../vocabulary-method.js";

export const optimized: VocabularyMethod = {
  description: "the original vocabulary cut to its first or its most used tokens, then extended",
  options: ["keep", "keep_corpus", ...extensionOptions],
  async make(base, { keep, keep_corpus, ...options }, progress) {
    requireBpe(base);
    if (keep === undefined) {
      throw new TokenizerError("vocabulary.no_keep", "the method optimized needs the number of tokens to keep", {
        hint: "For example --keep 64000; with --keep-corpus the most used ones of a text, else the first ones.",
      });
    }
    const use = keep_corpus === undefined ? undefined : await tokenUse(base, keep_corpus, progress);
    return extendVocabulary(cutVocabulary(base, keep, use), options, progress);
  },
};
