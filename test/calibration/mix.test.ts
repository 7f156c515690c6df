import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { countForShare, countsForWeights, mix } from "../../src/calibration/mix.js";
import { sampleTexts } from "../../src/calibration/sample-texts.js";
import { createRandom } from "../../src/random.js";
import type { ChatMessage } from "../../src/tokenizer/tokenizer.js";

const conversations = (name: string, count: number): ChatMessage[][] =>
  Array.from({ length: count }, (_, i) => [{ role: "user", content: `${name} ${i}` }]);

test("the counted number is the share of all", () => {
  assert.equal(countForShare(65, 0.35), 35);
  assert.equal(countForShare(100, 0.5), 100);
});

test("mixing keeps every conversation once, in an order that the seed fixes", () => {
  const parts = [conversations("a", 30), conversations("b", 20)];
  const first = mix(parts, 0.1, 7);
  assert.equal(first.heldOut.length, 5);
  assert.equal(first.training.length, 45);
  const contents = [...first.training, ...first.heldOut].map((messages) => messages[0]!.content).sort();
  assert.deepEqual(
    contents,
    parts
      .flat()
      .map((messages) => messages[0]!.content)
      .sort(),
  );
  assert.deepEqual(mix(parts, 0.1, 7), first);
  assert.notDeepEqual(mix(parts, 0.1, 8), first);
});

async function* numbers(count: number): AsyncGenerator<string> {
  for (let i = 0; i < count; i++) yield String(i);
}

test("reservoir sampling takes each text equally often", async () => {
  const counts = new Array<number>(10).fill(0);
  const random = createRandom(3);
  for (let round = 0; round < 4000; round++) {
    const sample = await sampleTexts(numbers(10), 3, random);
    assert.equal(new Set(sample).size, 3);
    for (const text of sample) counts[Number(text)]!++;
  }
  // 1,200 expected each, standard deviation 29.
  for (const count of counts) assert.ok(Math.abs(count - 1200) < 150, `${counts}`);
});

test("a short stream gives all it has", async () => {
  assert.deepEqual((await sampleTexts(numbers(3), 10, createRandom(1))).sort(), ["0", "1", "2"]);
});

test("counts for weights: exact shares, nothing twice, as many as the scarcest source allows", () => {
  assert.deepEqual(countsForWeights([100, 100], [1, 3]), [33, 100]);
  assert.deepEqual(countsForWeights([10, 1000], [1, 1]), [10, 10]);
  assert.deepEqual(countsForWeights([7], [0.3]), [7]);
  assert.deepEqual(countsForWeights([1, 5], [1, 1000]), [0, 5]);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0.01, max: 100, noNaN: true })), {
        minLength: 1,
        maxLength: 6,
      }),
      (sources) => {
        const available = sources.map(([count]) => count);
        const weights = sources.map(([, weight]) => weight);
        const counts = countsForWeights(available, weights);
        const total = counts.reduce((all, count) => all + count, 0);
        const sum = weights.reduce((all, weight) => all + weight, 0);
        counts.forEach((count, i) => {
          assert.ok(count <= available[i]!);
          assert.ok(Math.abs(count - (total * weights[i]!) / sum) < 1 + 1e-9);
        });
        // One more in all, with its share to a whole number, and a source would not have enough.
        assert.ok(available.some((count, i) => ((total + 1) * weights[i]!) / sum > count - 1));
      },
    ),
  );
});
