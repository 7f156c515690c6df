/**
 * The original vocabulary and merges, with tokens of the new language behind them (the scenario "Extended" of Learned
 * Embedding Propagation, arXiv 2412.21140, section 3.1). Old text keeps its ids unless a new merge applies to it.
 */
import { requireBpe } from "../../tokenizer/tokenizer-json.js";
import { extendVocabulary, extensionOptions } from "../extend-vocabulary.js";
import type { VocabularyMethod } from "../vocabulary-method.js";

export const extended: VocabularyMethod = {
  description: "the original vocabulary with further merges behind it, learned from the corpus or another tokenizer",
  options: extensionOptions,
  async make(base, options, progress) {
    requireBpe(base);
    return extendVocabulary(base, options, progress);
  },
};
