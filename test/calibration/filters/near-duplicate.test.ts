import assert from "node:assert/strict";
import { test } from "node:test";
import { minHashes, similarity } from "../../../src/calibration/filters/near-duplicate.js";
import { createRandom } from "../../../src/random.js";

/** The similarity itself, by sets. */
function jaccard(a: string[], b: string[]): number {
  const triples = (words: string[]) => new Set(words.slice(2).map((_, i) => words.slice(i, i + 3).join(" ")));
  const [left, right] = [triples(a), triples(b)];
  const common = [...left].filter((triple) => right.has(triple)).length;
  return common / (left.size + right.size - common);
}

test("the estimate is near the Jaccard similarity of word triples", () => {
  const random = createRandom(11);
  const words = Array.from({ length: 200 }, (_, i) => `w${i}`);
  let squares = 0;
  const trials = 40;
  for (let trial = 0; trial < trials; trial++) {
    const changed = words.map((word) => (random.uniform() < trial / trials / 4 ? `x${random.below(1000)}` : word));
    const estimate = similarity(minHashes(words.join(" "))!, minHashes(changed.join(" "))!);
    squares += (estimate - jaccard(words, changed)) ** 2;
  }
  // Standard deviation of a share of 120 is at most 0.046.
  assert.ok(Math.sqrt(squares / trials) < 0.06, `${Math.sqrt(squares / trials)}`);
});

test("punctuation and case do not count; few words have no signature", () => {
  const text = "Кошка пришла домой и легла спать у тёплой печи";
  assert.deepEqual(minHashes(`${text}!`), minHashes(text.toUpperCase()));
  assert.equal(minHashes("Кошка пришла домой"), undefined);
});
