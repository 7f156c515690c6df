/** Accuracy and macro F1 of answers that name a class. Classes are numbered from 0. */
import type { Score } from "./mean.js";

/** counts[gold][predicted]. */
type Confusion = number[][];

/**
 * F1 of each class that occurs, in gold or answers, and their mean (Sokolova and Lapalme 2009, "A systematic analysis of
 * performance measures for classification tasks", table 3, with F1 averaged over classes). Of nothing: 0.
 */
export function macroF1(gold: readonly number[], predicted: readonly number[]): number {
  return macroF1Of(confusionOf(gold, predicted));
}

/** Mean of accuracy and macro F1, and both, with standard errors by the jackknife. `gold` and `predicted` of the same length. */
export function classScores(
  gold: readonly number[],
  predicted: readonly number[],
): Record<"score" | "accuracy" | "f1_macro", Score> {
  const counts = confusionOf(gold, predicted);
  return {
    score: jackknife(counts, (each) => (accuracyOf(each) + macroF1Of(each)) / 2),
    accuracy: jackknife(counts, accuracyOf),
    f1_macro: jackknife(counts, macroF1Of),
  };
}

function confusionOf(gold: readonly number[], predicted: readonly number[]): Confusion {
  const size = 1 + gold.reduce((most, each, i) => Math.max(most, each, predicted[i]!), -1);
  const counts = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (const [i, each] of gold.entries()) counts[each]![predicted[i]!]! += 1;
  return counts;
}

const total = (counts: Confusion): number => counts.flat().reduce((sum, count) => sum + count, 0);

function accuracyOf(counts: Confusion): number {
  const right = counts.reduce((sum, row, each) => sum + row[each]!, 0);
  return right / Math.max(1, total(counts));
}

function macroF1Of(counts: Confusion): number {
  let sum = 0;
  let classes = 0;
  for (const [each, row] of counts.entries()) {
    const wanted = row.reduce((all, count) => all + count, 0);
    const given = counts.reduce((all, { [each]: count }) => all + count!, 0);
    if (wanted + given === 0) continue;
    classes++;
    sum += (2 * row[each]!) / (wanted + given);
  }
  return sum / Math.max(1, classes);
}

/** Efron and Stein 1981, "The jackknife estimate of variance": samples of one cell count alike, so that a cell is left out once for all of them. */
function jackknife(counts: Confusion, statistic: (counts: Confusion) => number): Score {
  const items = total(counts);
  const value = statistic(counts);
  if (items < 2) return { value, standard_error: null, items };
  const left: { weight: number; value: number }[] = [];
  for (const row of counts) {
    for (const [predicted, weight] of row.entries()) {
      if (weight === 0) continue;
      row[predicted] = weight - 1;
      left.push({ weight, value: statistic(counts) });
      row[predicted] = weight;
    }
  }
  const mean = left.reduce((sum, each) => sum + each.weight * each.value, 0) / items;
  const squares = left.reduce((sum, each) => sum + each.weight * (each.value - mean) ** 2, 0);
  return { value, standard_error: Math.sqrt(((items - 1) / items) * squares), items };
}
