import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { apportion } from "../../src/engine/apportion.js";
import { createBlockOrder } from "../../src/engine/block-order.js";
import { createMixture } from "../../src/engine/mixture.js";

test("largest remainders: values by hand", () => {
  // Exact shares 4.7, 3.1, 2.2: floors 4, 3, 2, and the one left goes to 0.7.
  assert.deepEqual(apportion(10, [47, 31, 22]), [5, 3, 2]);
  // Shares 1/3 each of 5 are 1.67: two more for the first two.
  assert.deepEqual(apportion(5, [1, 1, 1]), [2, 2, 1]);
  assert.deepEqual(apportion(7, [0, 2, 0]), [0, 7, 0]);
  assert.deepEqual(apportion(0, [1, 2]), [0, 0]);
  for (const weights of [[], [0, 0], [1, -1], [1, Number.NaN], [Number.POSITIVE_INFINITY]]) {
    assert.throws(() => apportion(3, weights), RangeError);
  }
});

test("parts are whole numbers beside their exact shares and sum to the total", () => {
  const weight = fc.double({ min: 0, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.array(weight, { minLength: 1, maxLength: 12 }), (total, weights) => {
      const sum = weights.reduce((all, value) => all + value, 0);
      fc.pre(sum > 1e-6);
      const parts = apportion(total, weights);
      assert.equal(
        parts.reduce((all, part) => all + part, 0),
        total,
      );
      for (const [i, part] of parts.entries()) {
        assert.ok(Number.isInteger(part) && Math.abs(part - (total * weights[i]!) / sum) < 1 + 1e-6);
      }
    }),
  );
});

const counts = fc.array(fc.nat(4000), { minLength: 1, maxLength: 5 }).filter((all) => all.some((count) => count > 0));

test("every set has exactly its draws, numbered in the order of the places, wherever reading begins", () => {
  fc.assert(
    fc.property(counts, fc.nat(), fc.nat(), (given, seed, somewhere) => {
      const total = given.reduce((sum, count) => sum + count, 0);
      const mixture = createMixture(given, seed);
      const next = given.map(() => 0);
      const all = Array.from({ length: total }, (_, place) => mixture(place));
      for (const { set, draw } of all) assert.equal(draw, next[set]!++);
      assert.deepEqual(next, given);
      const place = somewhere % total;
      assert.deepEqual(createMixture(given, seed)(place), all[place]);
    }),
    { numRuns: 60 },
  );
});

test("places are mixed evenly: each tenth of the training has about its share of a set", () => {
  const mixture = createMixture([9000, 1000], 5);
  for (let tenth = 0; tenth < 10; tenth++) {
    let second = 0;
    for (let i = 0; i < 1000; i++) second += mixture(tenth * 1000 + i).set;
    // 100 ± 3.5 standard deviations of the hypergeometric distribution (9).
    assert.ok(Math.abs(second - 100) < 32, String(second));
  }
  const other = createMixture([9000, 1000], 6);
  assert.ok(Array.from({ length: 100 }, (_, i) => mixture(i).set !== other(i).set).includes(true));
});

test("each epoch is a permutation of its own of all blocks", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(), (blocks, seed) => {
      const order = createBlockOrder(blocks, seed);
      const epochs = [0, 1, 2].map((epoch) => Array.from({ length: blocks }, (_, i) => order(epoch * blocks + i)));
      for (const epoch of epochs) {
        assert.deepEqual(
          [...epoch].sort((a, b) => a - b),
          Array.from({ length: blocks }, (_, i) => i),
        );
      }
      if (blocks > 20) assert.notDeepEqual(epochs[0], epochs[1]);
      // Somebody who begins in the middle finds the same.
      assert.equal(createBlockOrder(blocks, seed)(2 * blocks), epochs[2]![0]);
      assert.equal(order(0), epochs[0]![0]);
    }),
  );
});
