/**
 * Every metric against test/benchmark/metrics/reference.py (CPython 3.11, written from the definitions; the matching blocks
 * are difflib's): random texts of Russian and English words in both cases, ё and е, articles, numbers, only punctuation,
 * emoji, letters of two code units, nothing, and very long ones.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { categoryMean } from "../../../src/benchmark/metrics/category-mean.js";
import { classScores, macroF1 } from "../../../src/benchmark/metrics/class-scores.js";
import { confidentAccuracy } from "../../../src/benchmark/metrics/confident-accuracy.js";
import { matchingCharacters } from "../../../src/benchmark/metrics/matching-blocks.js";
import { rPrecision } from "../../../src/benchmark/metrics/r-precision.js";
import { lemmasOf, rougeL } from "../../../src/benchmark/metrics/rouge-l.js";
import { squadExactMatch, squadF1 } from "../../../src/benchmark/metrics/squad.js";
import { usePoints, useScore } from "../../../src/benchmark/metrics/use-points.js";
import { below, referenceValues, textPair } from "./random-cases.js";

type Draw = (n: number) => number;

/** `metric` of each case as the reference has it, to ten digits. */
function agrees<A>(name: string, seed: number, makeCase: (draw: Draw) => A, metric: (each: A) => number): void {
  test(`${name} is that of the reference`, () => {
    const draw = below(seed);
    const expected = referenceValues(name);
    assert.ok(expected.length >= 500);
    assert.ok(new Set(expected).size > 1);
    for (const [i, value] of expected.entries()) {
      const each = makeCase(draw);
      const actual = metric(each);
      const message = `case ${i}: ${actual}, not ${value}, of ${JSON.stringify(each)}`;
      assert.ok(Math.abs(actual - value) <= 1e-9 * Math.max(1, Math.abs(value)), message);
    }
  });
}

const times = <A>(count: number, make: () => A): A[] => Array.from({ length: count }, make);

agrees("squad_f1", 1, textPair, ([a, b]) => squadF1(a, b));
agrees("squad_exact_match", 1, textPair, ([a, b]) => squadExactMatch(a, b));
agrees("matching_blocks", 3, textPair, ([a, b]) => matchingCharacters(a, b));

/** As simple as the reference's: the lemmas are another test's. */
const toyLemma = (word: string): string => [...word.replaceAll("ё", "е")].slice(0, 4).join("");
agrees("rouge_l", 2, textPair, ([a, b]) => rougeL(lemmasOf(a, toyLemma), lemmasOf(b, toyLemma)));

function classes(draw: Draw): [gold: number[], predicted: number[]] {
  const kinds = 1 + draw(5);
  const size = 1 + draw(30);
  const gold = times(size, () => draw(kinds));
  return [gold, gold.map((each) => (draw(3) === 0 ? each : draw(kinds)))];
}
agrees("macro_f1", 4, classes, ([gold, predicted]) => macroF1(gold, predicted));
agrees("class_error", 5, classes, ([gold, predicted]) => classScores(gold, predicted).score.standard_error ?? -1);

agrees(
  "confident_accuracy",
  6,
  (draw) => times(1 + draw(40), () => ({ direct: draw(2), swapped: draw(2) })),
  (pairs) => confidentAccuracy(pairs).value,
);

const useTypes = ["matching", "text", "multiple_choice_based_on_text"];
function useCase(draw: Draw): [type: string, id_task: string, gold: string, answer: string] {
  const type = useTypes[draw(3)]!;
  const id_task = ["16", "1", "26"][draw(3)]!;
  if (type === "text") {
    const words = ["таккак", "потомучто", "ёлка", "елка", "½x", "a_b"];
    const gold = times(1 + draw(3), () => words[draw(words.length)]!).join(",");
    if (draw(3) === 0) return [type, id_task, gold, textPair(draw)[0]];
    const marks = ["", " ", "1", "!", "«", "\n", "🙂", "Ё", "٣"];
    const letters = [...words[draw(words.length)]!];
    const answer = letters.map((letter) => letter.toUpperCase() + marks[draw(marks.length)]!).join("");
    return [type, id_task, gold, answer];
  }
  const number = (): string => String(1 + draw(5));
  const gold = times(1 + draw(5), number).join(",");
  if (draw(4) === 0) return [type, id_task, gold, textPair(draw)[0]];
  if (draw(3) === 0) return [type, id_task, gold, gold.replaceAll(",", ", ")];
  const separator = [",", ", ", " ,"][draw(3)]!;
  return [type, id_task, gold, times(draw(7), number).join(separator)];
}
agrees("use_points", 7, useCase, ([type, id_task, gold, answer]) => usePoints({ type, id_task, gold }, answer));

agrees(
  "use_score",
  8,
  (draw) => times(1 + draw(60), () => ({ variant: String(draw(4)), points: draw(5) })),
  (samples) => useScore(samples).value,
);
agrees(
  "category_mean",
  9,
  (draw) => times(1 + draw(40), () => ({ value: draw(2), category: String(draw(4)), subject: String(draw(3)) })),
  (samples) => categoryMean(samples).value,
);

function ranking(draw: Draw): [scores: number[], gold: number[]] {
  const size = 2 + draw(30);
  const scores = times(size, () => -draw(12) / 4);
  if (draw(10) === 0) scores[draw(size)] = Number.NEGATIVE_INFINITY;
  const gold = scores.map((_, place) => place).filter(() => draw(3) === 0);
  return [scores, gold.length > 0 ? gold : [draw(size)]];
}
agrees("r_precision", 10, ranking, ([scores, gold]) => rPrecision(scores, gold));
