/**
 * A new BPE vocabulary in place of the base's (the scenario "BPE" of Learned Embedding Propagation, arXiv 2412.21140,
 * section 3.1). Added tokens are the base's: those in front stay there, the others stand behind the new tokens in their
 * old order.
 */

import { readPieces } from "../../corpus/read-pieces.js";
import { TokenizerError } from "../../errors.js";
import { byteNames } from "../../tokenizer/byte-name.js";
import { tokenFormOf } from "../../tokenizer/token-form.js";
import type { AddedToken, TokenizerJson } from "../../tokenizer/tokenizer-json.js";
import { allSplits } from "../all-splits.js";
import { startFromBytes, startFromCharacters } from "../bpe-alphabet.js";
import { frameFor } from "../frame.js";
import { specialTokens } from "../special-tokens.js";
import { trainBpe } from "../train-bpe.js";
import { cuttingPartsOf } from "../training-cutter.js";
import type { MadeVocabulary, VocabularyMethod } from "../vocabulary-method.js";
import { countWords } from "../word-counts.js";

export const bpe: VocabularyMethod = {
  description: "a new BPE vocabulary, trained on the corpus, in place of the original's",
  options: [
    "corpus",
    "size",
    "style",
    "initial_alphabet",
    "alphabet_limit",
    "special_tokens",
    "split_digits",
    "min_frequency",
    "max_token_length",
    "memory_mb",
  ],
  async make(base, { corpus, size = base.size, style, min_frequency = 2, ...options }, progress) {
    if (corpus === undefined) {
      throw new TokenizerError("vocabulary.no_corpus", "the method bpe needs a corpus to learn from");
    }
    const frame = frameFor(base, style);
    const { name } = tokenFormOf(frame);
    const { initial_alphabet: initial, alphabet_limit: limit, special_tokens = [] } = options;
    if (name === "byte_level" && limit !== undefined) {
      throw new TokenizerError("vocabulary.option", "alphabet_limit: a byte-level alphabet is always the 256 bytes");
    }
    const [front, rear] = placesOf(base, frame, special_tokens);
    const byteTokens = frame.model.byte_fallback === true ? byteNames : [];
    const words = await countWords(readPieces(corpus), cuttingPartsOf(frame), options, progress);
    progress?.({ task: "merging pairs", done: 0, total: size, unit: "tokens" });
    const start =
      name === "byte_level" ? startFromBytes(words, initial) : startFromCharacters(words, { initial, limit });
    const isInAlphabet = new Set(start.tokens);
    const fixed = front.length + byteTokens.length + rear.filter(({ content }) => !isInAlphabet.has(content)).length;
    if (start.tokens.length + fixed > size) {
      throw new TokenizerError(
        "vocabulary.size_too_small",
        `a vocabulary of ${size} tokens is too small: alphabet and added tokens alone are ${start.tokens.length + fixed}`,
        { hint: "Ask for more tokens, or limit the alphabet." },
      );
    }
    const { tokens, merges } = trainBpe(start, {
      size: size - fixed,
      min_frequency,
      max_token_length: options.max_token_length,
    });
    if (tokens.length + fixed < size) {
      const most = tokens.length + fixed;
      throw new TokenizerError(
        "vocabulary.corpus_too_small",
        `the corpus has not enough text for a vocabulary of ${size} tokens: at most ${most} can be had`,
        { hint: `Set the size to ${most} or less, or add text.` },
      );
    }
    return arranged(front, [...byteTokens, ...tokens], rear, {
      merges: name === "byte_level" ? merges : sentencePieceMerges(tokens),
      ...(frame !== base && { frame }),
    });
  },
};

function sentencePieceMerges(tokens: readonly string[]): MadeVocabulary["merges"] {
  const known = new Set(tokens);
  return allSplits(tokens, (token) => known.has(token));
}

/** Added tokens in front of the vocabulary and behind it, the frame's own (its unknown token) among those in front. */
function placesOf(
  base: TokenizerJson,
  frame: TokenizerJson,
  further: readonly string[],
): [front: AddedToken[], rear: AddedToken[]] {
  const own = [...base.addedTokens].sort((a, b) => a.id - b.id);
  let first = 0;
  while (own[first]?.id === first) first++;
  const known = new Set(own.map(({ content }) => content));
  const missing = frame === base ? [] : frame.addedTokens.filter(({ content }) => !known.has(content));
  for (const { content } of missing) known.add(content);
  return [
    [...missing, ...own.slice(0, first)],
    [...own.slice(first), ...specialTokens(further, known)],
  ];
}

function arranged(
  front: readonly AddedToken[],
  tokens: readonly string[],
  rear: readonly AddedToken[],
  rest: Pick<MadeVocabulary, "merges" | "frame">,
): MadeVocabulary {
  const vocabulary = new Map<string, number>();
  // SentencePiece's own layout: what stands in front belongs to the model's vocabulary too.
  for (const { content } of front) vocabulary.set(content, vocabulary.size);
  for (const token of tokens) if (!vocabulary.has(token)) vocabulary.set(token, vocabulary.size);
  let next = vocabulary.size;
  const addedTokens = [
    ...front.map((token, id) => ({ ...token, id })),
    ...rear.map((token) => ({ ...token, id: vocabulary.get(token.content) ?? next++ })),
  ];
  return { vocabulary, addedTokens, ...rest };
}
