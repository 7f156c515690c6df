import assert from "node:assert/strict";
import { test } from "node:test";
import { subwordNgrams } from "../../../src/pretraining/auxiliary/subword-ngrams.js";

test("n-grams between marks, by FNV-1a over their UTF-8 (computed in Python)", () => {
  const few = { shortest: 3, longest: 4, buckets: 1000 };
  assert.deepEqual(subwordNgrams("кот", few), [31, 944, 806, 352, 766]);
  assert.deepEqual(subwordNgrams("a", { shortest: 3, longest: 6, buckets: 1000 }), [600]);
  assert.equal(subwordNgrams("кошка", { shortest: 3, longest: 6, buckets: 1 << 17 }).length, 14);
  assert.deepEqual(subwordNgrams("", few), []);
});
