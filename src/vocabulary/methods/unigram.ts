/**
 * A new Unigram vocabulary in SentencePiece's form in place of the base's (the scenario "Unigram" of Learned Embedding
 * Propagation, arXiv 2412.21140, section 3.1). Ids: the unknown token, `<0x00>` … `<0xFF>` where bytes stand in for
 * characters without a piece, the pieces by score, then the base's added tokens in their old order.
 *
 * Every text comes back from its ids: there is no normaliser, and no space is put in front of a text, since behind such
 * a space " a" and "a" would be the same ids; so the ids of a text that goes on are those of its parts. Line feeds and tabs
 * are pieces, which readers without byte fallback (llama.cpp) rely on.
 */

import { availableParallelism } from "node:os";
import path from "node:path";
import { readPieces } from "../../corpus/read-pieces.js";
import { TokenizerError } from "../../errors.js";
import { packageRoot } from "../../package-root.js";
import { byteNames } from "../../tokenizer/byte-name.js";
import { readTokenizer } from "../../tokenizer/load-tokenizer.js";
import { spaceMark } from "../../tokenizer/space-mark.js";
import type { AddedToken, TokenizerJson } from "../../tokenizer/tokenizer-json.js";
import { specialFlags, specialTokens } from "../special-tokens.js";
import { trainUnigram } from "../train-unigram.js";
import { cuttingPartsOf } from "../training-cutter.js";
import { createUnigramCorpus } from "../unigram-corpus.js";
import { longestPiece } from "../unigram-lattice.js";
import type { VocabularyMethod } from "../vocabulary-method.js";
import { countWords } from "../word-counts.js";
import { wordsWithCounts } from "../word-table.js";

const defaultUnknown = "<unk>";

export const unigram: VocabularyMethod = {
  description: "a new SentencePiece-like Unigram vocabulary, trained on the corpus, in place of the original's",
  options: [
    "corpus",
    "size",
    "initial_alphabet",
    "special_tokens",
    "min_frequency",
    "max_token_length",
    "character_coverage",
    "byte_fallback",
    "split_digits",
    "seed_size",
    "shrinking_factor",
    "sub_iterations",
    "memory_mb",
  ],
  async make(base, options, progress) {
    const { corpus, size = base.size, initial_alphabet = [], byte_fallback = true, threads = 0, memory_mb } = options;
    if (corpus === undefined) {
      throw new TokenizerError("vocabulary.no_corpus", "the method unigram needs a corpus to learn from");
    }
    if ((options.max_token_length ?? 1) > longestPiece) {
      throw new TokenizerError(
        "vocabulary.option",
        `max_token_length: a Unigram piece has at most ${longestPiece} characters`,
      );
    }
    const frame = unigramFrame(base.unknownToken ?? defaultUnknown, byte_fallback);
    const unknown = frame.unknownToken!;
    const front = [unknown, ...(byte_fallback ? byteNames : [])];
    const added = addedBehind(base, unknown, options.special_tokens ?? []);
    const words = createUnigramCorpus(
      wordsWithCounts(await countWords(readPieces(corpus), cuttingPartsOf(frame), { threads, memory_mb }, progress)),
      {
        ...given(options, "character_coverage", "split_digits"),
        required: [...alwaysThere, ...initial_alphabet.join("").replaceAll(" ", spaceMark)],
      },
    );
    // A character may be an added token of the base's too: that has the piece's id.
    const isInAlphabet = new Set(words.alphabet);
    const behind = added.filter(({ content }) => !isInAlphabet.has(content));
    const room = size - front.length - behind.length;
    const least = size - room + words.alphabet.length;
    if (least > size) {
      throw new TokenizerError(
        "vocabulary.size_too_small",
        `a Unigram vocabulary of ${size} tokens is too small: bytes, characters and added tokens alone are ${least}`,
      );
    }
    const trained = await trainUnigram(words, {
      ...given(options, "min_frequency", "max_token_length", "seed_size", "shrinking_factor", "sub_iterations"),
      size: room,
      reserved: new Set([...front, ...behind.map(({ content }) => content)]),
      threads: threads > 0 ? threads : availableParallelism(),
      progress,
    });
    if (trained.pieces.length < room) {
      const most = size - room + trained.pieces.length;
      throw new TokenizerError(
        "vocabulary.corpus_too_small",
        `the corpus has not enough text for a vocabulary of ${size} tokens: at most ${most} can be had`,
        { hint: `Set the size to ${most} or less, or add text.` },
      );
    }
    const pieces = [...front, ...trained.pieces];
    const byteScore = belowSpelling(trained.scores);
    const vocabulary = new Map(pieces.map((piece, id) => [piece, id]));
    let next = pieces.length;
    return {
      vocabulary,
      merges: [],
      scores: [0, ...front.slice(1).map(() => byteScore), ...trained.scores],
      addedTokens: [
        unknownToken(base, unknown),
        ...added.map((token) => ({ ...token, id: vocabulary.get(token.content) ?? next++ })),
      ],
      frame,
    };
  },
};

/** The mark of a space, tab, line feed and the printable characters of ASCII. */
const alwaysThere = [spaceMark, "\t", "\n", ...Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i))];

/** Only what is set, so that the trainer's own defaults hold. */
function given<T extends object, K extends keyof T>(options: T, ...names: K[]): { [N in K]?: NonNullable<T[N]> } {
  return Object.fromEntries(
    names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  ) as { [N in K]?: NonNullable<T[N]> };
}

/** The tokenizer that ships with lep, with other options. */
function unigramFrame(unknown: string, byteFallback: boolean): TokenizerJson {
  const shipped = readTokenizer(path.join(packageRoot(), "tokenizers", "unigram"));
  return { ...shipped, unknownToken: unknown, model: { ...shipped.model, byte_fallback: byteFallback } };
}

/**
 * Readers of tokenizer.json take a byte piece for a piece like any other: where a text spells one out, six characters
 * must be the better way.
 */
const belowSpelling = (scores: readonly number[]): number => Math.floor(8 * Math.min(-1, scores.at(-1) ?? -1));

/** The base's own in their order, then further ones. Ids are set later. */
function addedBehind({ addedTokens }: TokenizerJson, unknown: string, further: readonly string[]): AddedToken[] {
  const own = [...addedTokens].sort((a, b) => a.id - b.id);
  const known = new Set([unknown, ...own.map(({ content }) => content)]);
  return [...own.filter(({ content }) => content !== unknown), ...specialTokens(further, known)];
}

function unknownToken({ addedTokens }: TokenizerJson, content: string): AddedToken {
  const old = addedTokens.find((token) => token.content === content);
  return { ...(old ?? { content, ...specialFlags }), id: 0 };
}
