import assert from "node:assert/strict";
import { test } from "node:test";
import { loadLemmatizer } from "../../../src/benchmark/metrics/lemmatizer.js";
import { lemmasOf, rougeL } from "../../../src/benchmark/metrics/rouge-l.js";
import { knownPairs, rarePairs } from "./lemma-pairs.js";

test("forms of common words find their first form, those of new words mostly", async () => {
  const lemma = await loadLemmatizer();
  const wrong = (list: typeof knownPairs): string[] =>
    list.filter(([form, lemmas]) => !lemmas.includes(lemma(form))).map(([form]) => `${form} ${lemma(form)}`);
  assert.ok(knownPairs.length >= 200 && rarePairs.length >= 50);
  const known = wrong(knownPairs);
  const rare = wrong(rarePairs);
  assert.ok(known.length <= 0.02 * knownPairs.length, `${known.length} of ${knownPairs.length}: ${known.join(", ")}`);
  assert.ok(rare.length <= 0.2 * rarePairs.length, `${rare.length} of ${rarePairs.length}: ${rare.join(", ")}`);
});

test("ё and е, capitals and punctuation make no difference; what is no Russian word stays as it is", async () => {
  const lemma = await loadLemmatizer();
  assert.equal(lemma("елки"), lemma("ёлка"));
  assert.deepEqual(lemmasOf("ЁЛКИ, мосты! The kings' 42 🙂 — x", lemma), [
    ...["ёлка", "мост", "the", "kings", "42", "🙂", "—", "x"],
  ]);
  for (const odd of ["", "constructor", "__proto__", "ъъъъ", "щ".repeat(5000), "а\u0301", "мост🙂", "\u{10ffff}"]) {
    assert.equal(typeof lemma(odd), "string");
    assert.equal(lemma(odd), lemma(odd));
  }
});

test("a summary in other forms of the same words is the same summary", async () => {
  const lemma = await loadLemmatizer();
  const score = (a: string, b: string): number => rougeL(lemmasOf(a, lemma), lemmasOf(b, lemma));
  assert.equal(score("Король видел детей и строил мост.", "короли видят ребёнка и строят мосты"), 1);
  assert.equal(score("Король видел мост", ""), 0);
  assert.equal(score("", ""), 0);
  assert.equal(score("король видел мост", "мост видел король"), 1 / 3);
});
