import { bpe } from "./methods/bpe.js";
import { extended } from "./methods/extended.js";
import { optimized } from "./methods/optimized.js";
import { unigram } from "./methods/unigram.js";
import type { VocabularyMethod } from "./vocabulary-method.js";

export const vocabularyMethods = { bpe, unigram, extended, optimized } as const satisfies Record<
  string,
  VocabularyMethod
>;

export type VocabularyMethodName = keyof typeof vocabularyMethods;

export const vocabularyMethodNames = Object.keys(vocabularyMethods) as [
  VocabularyMethodName,
  ...VocabularyMethodName[],
];
