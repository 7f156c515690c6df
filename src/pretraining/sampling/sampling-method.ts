/** What a sampling method is given and gives: how large a part of the training comes from each corpus. */
export interface SampledCorpus {
  name: string;
  /**
   * In blocks: its tokens, counted as training meets them. Not characters, which cost more or fewer steps in one language
   * than in another.
   */
  size: number;
  /** As the recipe has it. */
  weight?: number | undefined;
}

export interface SamplingSettings {
  /** T of `temperature`. */
  temperature: number;
  /** Most epochs of a corpus with `unimax`. */
  max_repeats: number;
  /** Blocks that the training draws from all of them. */
  budget: number;
}

/** Returns a part for each corpus, none negative; they are made to sum to 1 by whoever calls. Throws `RecipeError`. */
export type SamplingMethod = (corpora: readonly SampledCorpus[], settings: SamplingSettings) => number[];
