/**
 * Scores of a short answer as SQuAD's evaluation has them (Rajpurkar et al. 2016, "SQuAD: 100,000+ questions for machine
 * comprehension of text", section 6.1). Letters are those of any script, as in Python.
 */
import { asciiPunctuation, splitWords } from "./split-words.js";

const punctuation = new RegExp(asciiPunctuation, "gu");
// JavaScript's \b knows ASCII letters only: "а" of «аthe» would be none.
const article = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/** Words in lower case without ASCII punctuation and English articles. */
function answerWords(text: string): string[] {
  return splitWords(text.toLowerCase().replace(punctuation, "").replace(article, " "));
}

/** 1 where answer and gold answer are the same words, else 0. */
export function squadExactMatch(answer: string, gold: string): number {
  return answerWords(answer).join(" ") === answerWords(gold).join(" ") ? 1 : 0;
}

/** Harmonic mean of precision and recall of the words that both share, each as often as in both; without words on one side 1 or 0. */
export function squadF1(answer: string, gold: string): number {
  const given = answerWords(answer);
  const wanted = answerWords(gold);
  if (given.length === 0 || wanted.length === 0) return given.length === wanted.length ? 1 : 0;
  const left = new Map<string, number>();
  for (const word of wanted) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of given) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    shared++;
  }
  return (2 * shared) / (given.length + wanted.length);
}

/** The best of a metric over several gold answers. */
export function bestOver(
  metric: (answer: string, gold: string) => number,
  answer: string,
  golds: readonly string[],
): number {
  return Math.max(...golds.map((gold) => metric(answer, gold)));
}
