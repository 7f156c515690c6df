import type { ParagraphOptions } from "./world/paragraphs.js";

/** Seeds and sizes of everything that is drawn from the world. A change here changes the texts and the models. */
export const seeds = {
  facts: 11,
  benchmark: 100,
  base: 200,
  adaptation: 300,
  replay: 350,
  validation: 400,
  dialogues: 500,
  prompts: 600,
  copies: 700,
  tokenizer: 800,
} as const;

/** Paragraphs in one language, in the base model's text. */
export const paragraphOptions: ParagraphOptions = {
  side_talk_share: 0.2,
  refrain_share: 0.25,
  word_list_share: 0.5,
  question_share: 0.33,
  longest: 200,
};

/** The same in the text that it is adapted on, which talks less of other matters: it is much shorter. */
export const adaptationOptions: ParagraphOptions = {
  side_talk_share: 0.1,
  refrain_share: 0.25,
  word_list_share: 0.3,
  question_share: 0.3,
  longest: 200,
};

/** The base model's training text: shares of paragraphs by language, the rest Russian. By tokens more than half of it is Russian. */
export const baseText = { paragraphs: 300_000, english: 0.66, bilingual: 0.1 } as const;

/** Characters. The replay is English. */
export const adaptationSize = { train: 2_000_000, replay: 900_000, validation: 60_000 } as const;

/** Mostly English. Russian copying is trained much, since copying letter by letter is hard to learn. */
export const dialogueShares = {
  options_en: 0.24,
  direct_en: 0.14,
  copy_en: 0.16,
  options_ru: 0.18,
  direct_ru: 0.07,
  copy_ru: 0.21,
} as const;
export const dialogueCount = 30_000;

export const promptShares = {
  options_en: 0.21,
  direct_en: 0.11,
  options_ru: 0.22,
  direct_ru: 0.2,
  copy_en: 0.26,
} as const;
export const promptCount = 1_200;

export const copyTextCount = 3_000;
/** Drawn from: with few long texts a model learns to stop early. */
export const copyTextSentences = [1, 2, 3, 3] as const;
