/**
 * The original vocabulary and merges, with tokens of the new language behind them (the scenario "Extended" of Learned
 * Embedding Propagation, arXiv 2412.21140, section 3.1). Old text keeps its ids unless a new merge applies to it.
 */
import { TokenizerError } from "../../errors.js";
import { createNormalizer, createPreTokenizer, wordsOf } from "../../tokenizer/pre-tokenizer.js";
import { requireByteLevelBpe, type TokenizerJson } from "../../tokenizer/tokenizer-json.js";
import { type Accept, type Word, wordsFromCorpus, wordsFromTokenizer } from "../candidate-words.js";
import { createOneTokenTest, type Extension, extendMerges } from "../extend-merges.js";
import { tokenFilter } from "../token-filter.js";
import type { MadeVocabulary, VocabularyMethod } from "../vocabulary-method.js";

export const extended: VocabularyMethod = {
  description: "the original vocabulary with further merges behind it, learned from the corpus or another tokenizer",
  options: ["corpus", "from", "size", "script", "min_frequency", "new_ids"],
  async make(base, { corpus, from, size, script, min_frequency = 2, new_ids = "after_added" }, progress) {
    requireByteLevelBpe(base);
    const accept = acceptable(base, script);
    let words: Word[];
    if (from !== undefined) words = wordsFromTokenizer(from, accept);
    else if (corpus === undefined || size === undefined) {
      throw new TokenizerError(
        "vocabulary.no_corpus",
        "the method extended needs a corpus and a size, or another tokenizer",
        {
          hint: "Give --corpus and --size, or --from.",
        },
      );
    } else {
      words = await wordsFromCorpus(corpus, createPreTokenizer(base), size, min_frequency, accept, progress);
    }
    progress?.({ task: "extending the merges", done: 0, total: words.length, unit: "words" });
    const extension = extendMerges(base, words, size);
    const { length } = extension.tokens;
    if (length === 0 || (size !== undefined && length < size && extension.words === words.length)) {
      throw new TokenizerError(
        "vocabulary.corpus_too_small",
        `${from ?? "the corpus"} has not enough new tokens${script === undefined ? "" : ` of ${script}`}: ${size ?? 1} wanted, ${length} can be had`,
        { hint: length > 0 ? `Set the size to ${length} or less, or add text.` : "Check the script and the text." },
      );
    }
    return placeNewTokens(base, extension, new_ids);
  },
};

/** What may become a token: text of the script that the base's own pre-tokenizer leaves whole and that is no token yet. */
function acceptable(base: TokenizerJson, script: string | undefined): Accept {
  const ofScript = tokenFilter(script);
  const normalize = createNormalizer(base);
  const preTokenizer = createPreTokenizer(base);
  const isOneToken = createOneTokenTest(base);
  const inText = behindSpace(base);
  return (text) => {
    if (!ofScript(text) || normalize(text) !== text || isOneToken(text)) return false;
    return inText(wordsOf(preTokenizer, text), text);
  };
}

/** A pre-tokenizer that puts a space in front of every text does so to a word on its own too. */
function behindSpace(base: TokenizerJson): (words: string[], text: string) => boolean {
  const adds = wordsOf(createPreTokenizer(base), "a")[0] === " a";
  return (words, text) => words.length === 1 && (words[0] === text || (adds && words[0] === ` ${text}`));
}

function placeNewTokens(
  base: TokenizerJson,
  extension: Extension,
  place: "after_added" | "before_added",
): MadeVocabulary {
  const { tokens, merges, words } = extension;
  const vocabulary = new Map(base.vocabulary);
  let { addedTokens } = base;
  let first = base.size;
  if (place === "before_added") {
    const added = new Set(addedTokens.map((token) => token.content));
    first = 0;
    for (const [token, id] of vocabulary) if (!added.has(token)) first = Math.max(first, id + 1);
    addedTokens = addedTokens.map((token) => (token.id < first ? token : { ...token, id: token.id + tokens.length }));
    for (const { content, id } of addedTokens) if (vocabulary.has(content)) vocabulary.set(content, id);
  }
  for (const [i, token] of tokens.entries()) vocabulary.set(token, first + i);
  return { vocabulary, merges: [...base.merges, ...merges], addedTokens, words };
}
