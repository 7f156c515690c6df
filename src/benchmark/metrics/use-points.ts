/**
 * Points of the Unified State Exam in Russian (USE of the MERA benchmark, Fenogenova et al. 2024, as Darumeru scores it).
 * Answers are parted by commas; white space around a part is no part of it.
 */
import { mean, type Score } from "./mean.js";

export interface UseQuestion {
  /** `matching`, `text`; every other one is multiple choice. */
  type: string;
  /** Number of the exam's task; `16` gives points for a part of the answer. */
  id_task: string;
  /** The gold answer. */
  gold: string;
}

/** What a variant of the exam is worth. */
export const variantPoints = 34;

const partsOf = (text: string): string[] => text.split(",").map((part) => part.trim());

export function usePoints({ type, id_task, gold }: UseQuestion, answer: string): number {
  const wanted = partsOf(gold);
  if (type === "text") {
    const letters = answer.replace(/[^\p{L}\p{N}_]|\p{Nd}/gu, "").toLowerCase();
    return letters !== "" && wanted.includes(letters) ? 1 : 0;
  }
  const given = partsOf(answer);
  if (type === "matching") {
    if (given.length !== wanted.length) return 0;
    return wanted.filter((part, i) => part === given[i]).length;
  }
  while (id_task === "16" && given.length < wanted.length) given.push("-1");
  const wantedSet = new Set(wanted);
  const givenSet = new Set(given);
  const common = [...wantedSet].filter((part) => givenSet.has(part)).length;
  if (id_task === "16") return Math.max(0, common - given.length + wanted.length);
  return common === wantedSet.size && common === givenSet.size ? 1 : 0;
}

/** Of several accepted texts the first. */
export const bestUseAnswer = ({ type, gold }: UseQuestion): string => (type === "text" ? partsOf(gold)[0]! : gold);

/** Points of a perfect answer. */
export const mostUsePoints = (question: UseQuestion): number => usePoints(question, bestUseAnswer(question));

/**
 * Mean over variants of their points / 34. `failed`: what the questions without an answer were worth; a variant's 34 is
 * less by it, so that they count neither for nor against the model.
 */
export function useScore(
  samples: readonly { variant: string; points: number }[],
  failed: readonly { variant: string; points: number }[] = [],
): Score {
  const variants = new Map<string, number>();
  for (const { variant, points } of samples) variants.set(variant, (variants.get(variant) ?? 0) + points);
  const worth = new Map<string, number>();
  for (const { variant, points } of failed) worth.set(variant, (worth.get(variant) ?? variantPoints) - points);
  const shares = [...variants].map(([variant, points]) => points / Math.max(1, worth.get(variant) ?? variantPoints));
  // The error is that of a draw of other variants; the items are those that were scored.
  return { ...mean(shares), items: samples.length };
}
