/** Accuracy, macro F1 and their mean, from how often each class was answered with each: counts are quick to draw again. */
import type { JudgedSample } from "../task.js";
import type { Statistic } from "./bootstrap.js";

/** Of samples whose metrics are the classes `gold` and `predicted`, from 0; nothing of others. */
export function* classStatistic(samples: readonly JudgedSample[], metric: string): Generator<Statistic> {
  const classes = samples.map(({ metrics: { gold, predicted } }) => [gold, predicted] as const);
  if (!classes.every(([gold, predicted]) => isClass(gold) && isClass(predicted))) return;
  const size = 1 + classes.reduce((most, [gold, predicted]) => Math.max(most, gold!, predicted!), 0);
  const cells = Int32Array.from(classes, ([gold, predicted]) => gold! * size + predicted!);
  const counts = new Int32Array(size * size);
  const of = (places: Int32Array): number => {
    counts.fill(0);
    for (let i = 0; i < places.length; i++) counts[cells[places[i]!]!]! += 1;
    return classScore(counts, size, places.length, metric);
  };
  yield { strata: [Int32Array.from({ length: samples.length }, (_, i) => i)], of };
}

const isClass = (value: number | undefined): boolean => Number.isInteger(value) && value! >= 0 && value! < 64;

/** `counts`: size × size, a row a gold class. The mean of F1 is over the classes that occur. */
function classScore(counts: Int32Array, size: number, items: number, metric: string): number {
  let right = 0;
  let f1 = 0;
  let occurring = 0;
  for (let each = 0; each < size; each++) {
    const hits = counts[each * size + each]!;
    let occurrences = 0;
    for (let other = 0; other < size; other++)
      occurrences += counts[each * size + other]! + counts[other * size + each]!;
    right += hits;
    if (occurrences === 0) continue;
    occurring++;
    f1 += (2 * hits) / occurrences;
  }
  const accuracy = right / items;
  const macroF1 = f1 / occurring;
  return metric === "f1_macro" ? macroF1 : metric === "accuracy" ? accuracy : (accuracy + macroF1) / 2;
}
