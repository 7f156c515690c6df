/** Seeds and sizes of everything that is drawn from the world. A change here changes the texts and the models. */
export const seeds = {
  facts: 11,
  benchmark: 100,
  base: 200,
  adaptation: 300,
  validation: 400,
  dialogues: 500,
  prompts: 600,
  copies: 700,
  tokenizer: 800,
} as const;

/** Paragraphs of the base model's training text, by language. By tokens half of it is Russian. */
export const baseText = {
  paragraphs: 170_000,
  english: 0.72,
  bilingual: 0.1,
  /** The rest is Russian. */
};

/** Of the base model's paragraphs in one language; the adaptation text has none of them. */
export const baseExtras = { refrain_share: 0.2, question_share: 0.18 } as const;

export const paragraphOptions = { side_talk_share: 0.2, longest: 200 } as const;

/** Characters. */
export const adaptationSize = { train: 2_000_000, validation: 60_000 } as const;

/** Mostly English. Russian copying is trained much, since copying letter by letter is hard to learn. */
export const dialogueShares = {
  options_en: 0.26,
  direct_en: 0.15,
  copy_en: 0.16,
  options_ru: 0.12,
  direct_ru: 0.07,
  copy_ru: 0.24,
} as const;
export const dialogueCount = 30_000;

export const promptShares = {
  options_en: 0.18,
  direct_en: 0.07,
  options_ru: 0.22,
  direct_ru: 0.08,
  copy_en: 0.45,
} as const;
export const promptCount = 1_600;

export const copyTextCount = 3_000;
