import assert from "node:assert/strict";
import { test } from "node:test";
import { attentionMask, isOneSegment } from "../../src/engine/attention-mask.js";
import { createRandom } from "../../src/random.js";

test("a query sees itself and what its segment and its window hold before it, and nothing else", () => {
  const random = createRandom(5);
  for (let round = 0; round < 40; round++) {
    const length = 1 + random.below(12);
    const window = 1 + random.below(length + 2);
    let segment = 0;
    const segments = Int32Array.from({ length }, () => (random.uniform() < 0.3 ? ++segment : segment));
    segments.fill(-1, Math.max(0, length - random.below(3)));
    for (const given of [segments, null]) {
      const mask = attentionMask(length, given, window, -7);
      for (let query = 0; query < length; query++) {
        for (let key = 0; key < length; key++) {
          const seen = key <= query && key > query - window && (given === null || given[key] === given[query]);
          assert.equal(mask[query * length + key], seen ? 0 : -7, `${given} ${window}: ${query}, ${key}`);
        }
      }
    }
  }
});

test("padding behind a segment is no second one", () => {
  assert.ok(isOneSegment(Int32Array.of(0, 0, 0, -1)));
  assert.ok(isOneSegment(Int32Array.of(-1, -1)));
  assert.ok(!isOneSegment(Int32Array.of(0, 0, 1, -1)));
});
