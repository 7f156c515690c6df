/** The step that the methods "extended" and "optimized" share: tokens of the new language behind those of a base. */

import { TokenizerError } from "../errors.js";
import type { Progress } from "../progress.js";
import { isByteName } from "../tokenizer/byte-name.js";
import { createNormalizer, createPreTokenizer, wordsOf } from "../tokenizer/pre-tokenizer.js";
import { type TokenForm, tokenFormOf } from "../tokenizer/token-form.js";
import type { Merge, TokenizerJson } from "../tokenizer/tokenizer-json.js";
import { allSplits } from "./all-splits.js";
import { type Accept, type Word, wordsFromCorpus, wordsFromTokenizer } from "./candidate-words.js";
import { createOneTokenTest, type Extension, extendMerges } from "./extend-merges.js";
import type { VocabularyOptions } from "./options.js";
import { tokenFilter } from "./token-filter.js";
import type { MadeVocabulary } from "./vocabulary-method.js";

/** What both methods take to find the tokens to add. */
export const extensionOptions = [
  "corpus",
  "from",
  "size",
  "script",
  "split_digits",
  "min_frequency",
  "memory_mb",
  "new_ids",
] as const satisfies (keyof VocabularyOptions)[];

/** `base` is a BPE tokenizer. Throws `TokenizerError` where there are not `size` tokens to add. */
export async function extendVocabulary(
  base: TokenizerJson,
  options: VocabularyOptions & { threads?: number | undefined },
  progress?: Progress,
): Promise<MadeVocabulary> {
  const { corpus, from, size, script, min_frequency = 2, new_ids = "after_added", ...counting } = options;
  const accept = acceptable(base, script);
  let words: Word[];
  if (from !== undefined) {
    refuseCorpusOptions(options);
    words = wordsFromTokenizer(from, accept);
  } else if (corpus === undefined || size === undefined) {
    throw new TokenizerError(
      "vocabulary.no_corpus",
      "to extend a vocabulary takes a corpus and a size, or another tokenizer",
      {
        hint: "Give --corpus and --size, or --from.",
      },
    );
  } else {
    words = await wordsFromCorpus(base, { corpus, wanted: size, min_frequency, accept, ...counting }, progress);
  }
  progress?.({ task: "extending the merges", done: 0, total: words.length, unit: "words" });
  const extension = extendMerges(base, words, size);
  const { length } = extension.tokens;
  if (length === 0 || (size !== undefined && length < size)) {
    throw new TokenizerError(
      "vocabulary.corpus_too_small",
      `${from ?? "the corpus"} has not enough new tokens${script === undefined ? "" : ` of ${script}`}: ${size ?? 1} wanted, ${length} can be had`,
      { hint: length > 0 ? `Set the size to ${length} or less, or add text.` : "Check the script and the text." },
    );
  }
  return placeNewTokens(base, extension, new_ids);
}

function refuseCorpusOptions(options: VocabularyOptions): void {
  for (const name of ["min_frequency", "split_digits", "memory_mb"] as const) {
    if (options[name] !== undefined) {
      throw new TokenizerError(
        "vocabulary.option",
        `${name}: means nothing where the tokens come from another tokenizer`,
      );
    }
  }
}

/** What may become a token: text of the script that the base leaves whole and that is no token yet. */
function acceptable(base: TokenizerJson, script: string | undefined): Accept {
  const ofScript = tokenFilter(script);
  const isOneToken = createOneTokenTest(base);
  const form = tokenFormOf(base);
  const staysWhole = form.name === "byte_level" ? wholeInBytes(base) : wholeInMarks(base, form);
  return (text) => ofScript(text) && !isOneToken(text) && staysWhole(text);
}

function wholeInBytes(base: TokenizerJson): (text: string) => boolean {
  const normalize = createNormalizer(base);
  const preTokenizer = createPreTokenizer(base);
  // A pre-tokenizer that puts a space in front of every text does so to a word on its own too.
  const adds = wordsOf(preTokenizer, "a")[0] === " a";
  return (text) => {
    if (normalize(text) !== text) return false;
    const words = wordsOf(preTokenizer, text);
    return words.length === 1 && (words[0] === text || (adds && words[0] === ` ${text}`));
  };
}

/** A space inside of a token is never met: texts are trained and mostly cut in words. */
function wholeInMarks(base: TokenizerJson, form: TokenForm): (text: string) => boolean {
  const preTokenizer = createPreTokenizer(base);
  // The line feed keeps a mark that is put in front of every text away from the word.
  return (text) =>
    !text.includes(" ", 1) && (wordsOf(preTokenizer, `\n${text}`).at(-1) ?? "").endsWith(form.write(text));
}

function placeNewTokens(
  base: TokenizerJson,
  extension: Extension,
  place: "after_added" | "before_added",
): MadeVocabulary {
  const { tokens, words } = extension;
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
  return { vocabulary, merges: [...base.merges, ...newMerges(base, extension)], addedTokens, words };
}

function newMerges(base: TokenizerJson, { tokens, merges }: Extension): readonly Merge[] {
  if (tokenFormOf(base).name === "byte_level") return merges;
  const added = new Set(base.addedTokens.map((token) => token.content));
  const old = new Set([...base.vocabulary.keys()].filter((token) => !added.has(token) && !isByteName(token)));
  const renewed = new Set(tokens);
  const ofNew = allSplits(tokens, (token) => renewed.has(token) || old.has(token));
  const ofOld = allSplits(old, (token) => renewed.has(token) || old.has(token));
  return [...ofNew, ...ofOld.filter(([left, right]) => renewed.has(left) || renewed.has(right))];
}
