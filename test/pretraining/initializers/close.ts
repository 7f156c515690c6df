import assert from "node:assert/strict";

/** Every number within `tolerance` of the one expected. */
export function close(given: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  assert.equal(given.length, expected.length);
  for (const [i, value] of expected.entries()) {
    assert.ok(Math.abs(given[i]! - value) <= tolerance, `place ${i}: ${given[i]}, not ${value}`);
  }
}
