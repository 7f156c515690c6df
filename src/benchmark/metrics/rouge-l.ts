/** ROUGE-L of a summary (Lin 2004, "ROUGE: a package for automatic evaluation of summaries", section 3), over lemmas. */
import { asciiPunctuation, splitWords } from "./split-words.js";

const punctuation = new RegExp(asciiPunctuation, "gu");

/**
 * Lemmas of the words of a text: lower case, a space for each mark of ASCII punctuation. Other marks (« », dashes)
 * stay, as in the public harness: the figures are to be comparable.
 */
export function lemmasOf(text: string, lemma: (word: string) => string): string[] {
  return splitWords(text.toLowerCase().replace(punctuation, " ")).map(lemma);
}

/** F-measure (beta 1) of the longest common subsequence of two texts' words; 0 where one has none. */
export function rougeL(gold: readonly string[], answer: readonly string[]): number {
  if (gold.length === 0 || answer.length === 0) return 0;
  const ids = new Map<string, number>();
  const idsOf = (words: readonly string[]): number[] =>
    words.map((word) => {
      const id = ids.get(word) ?? ids.size;
      ids.set(word, id);
      return id;
    });
  return (2 * commonSubsequence(idsOf(gold), idsOf(answer))) / (gold.length + answer.length);
}

function commonSubsequence(a: readonly number[], b: readonly number[]): number {
  const row = new Uint32Array(b.length + 1);
  for (const each of a) {
    let diagonal = 0;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j]!;
      row[j] = each === b[j - 1] ? diagonal + 1 : Math.max(above, row[j - 1]!);
      diagonal = above;
    }
  }
  return row[b.length]!;
}
