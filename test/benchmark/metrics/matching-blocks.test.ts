import assert from "node:assert/strict";
import { test } from "node:test";
import { matchingCharacters } from "../../../src/benchmark/metrics/matching-blocks.js";
import { createRandom } from "../../../src/random.js";
import { difflibCases } from "./difflib-cases.js";

test("matching blocks are those of Python's difflib", () => {
  for (const [a, b, expected] of difflibCases) {
    assert.equal(matchingCharacters(a, b), expected, JSON.stringify([a, b]));
  }
});

test("a text matches itself, and order in the arguments may matter but never the bounds", () => {
  const random = createRandom(3);
  for (let i = 0; i < 50; i++) {
    const text = Array.from({ length: random.below(60) }, () => "абв г"[random.below(5)]).join("");
    const other = Array.from({ length: random.below(60) }, () => "абв г"[random.below(5)]).join("");
    assert.equal(matchingCharacters(text, text), text.length);
    const matching = matchingCharacters(text, other);
    assert.ok(matching >= 0 && matching <= Math.min(text.length, other.length));
  }
});

test("a long text of few letters is done, and right", () => {
  const letters = (seed: number): string => {
    let x = BigInt(seed);
    return Array.from({ length: 1500 }, () => {
      x = (x * 1103515245n + 12345n) % 2147483648n;
      return "аб"[Number((x >> 16n) % 2n)];
    }).join("");
  };
  // From Python 3.11's difflib on the same letters.
  assert.equal(matchingCharacters(letters(1), letters(2)), 455);
});
