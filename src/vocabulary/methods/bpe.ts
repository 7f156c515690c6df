/**
 * A new byte-level BPE vocabulary in place of the base's (the scenario "BPE" of Learned Embedding Propagation,
 * arXiv 2412.21140, section 3.1). Normaliser, pre-tokenizer, decoder and added tokens are the base's; the added tokens
 * stand behind the new vocabulary, in their old order.
 */
import { readCorpus } from "../../corpus/read-corpus.js";
import { TokenizerError } from "../../errors.js";
import { createPreTokenizer } from "../../tokenizer/pre-tokenizer.js";
import { requireByteLevelBpe } from "../../tokenizer/tokenizer-json.js";
import { trainBpe } from "../train-bpe.js";
import type { VocabularyMethod } from "../vocabulary-method.js";
import { countWords } from "../word-counts.js";

export const bpe: VocabularyMethod = {
  description: "a new byte-level BPE vocabulary, trained on the corpus, in place of the original's",
  options: ["corpus", "size", "letters", "min_frequency", "max_token_length"],
  async make(base, { corpus, size = base.size, letters, min_frequency = 2, max_token_length }, progress) {
    requireByteLevelBpe(base);
    if (corpus === undefined) {
      throw new TokenizerError("vocabulary.no_corpus", "the method bpe needs a corpus to learn from");
    }
    const words = await countWords(readCorpus(corpus), createPreTokenizer(base), progress);
    const added = [...base.addedTokens].sort((a, b) => a.id - b.id);
    const trained = trainBpe(words, {
      size: size - added.length,
      min_frequency,
      ...(letters && { letters }),
      ...(max_token_length !== undefined && { max_token_length }),
    });
    const total = trained.tokens.length + added.length;
    if (total < size) {
      throw new TokenizerError(
        "vocabulary.corpus_too_small",
        `the corpus has not enough text for a vocabulary of ${size} tokens: at most ${total} can be had`,
        { hint: `Set the size to ${total} or less, or add text.` },
      );
    }
    return {
      vocabulary: new Map(trained.tokens.map((token, id) => [token, id])),
      merges: trained.merges,
      addedTokens: added.map((token, i) => ({ ...token, id: trained.tokens.length + i })),
    };
  },
};
