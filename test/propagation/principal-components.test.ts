import assert from "node:assert/strict";
import { test } from "node:test";
import { principalComponents } from "../../src/propagation/principal-components.js";

const close = (found: number, expected: number): void =>
  assert.ok(Math.abs(found - expected) < 1e-6, `${found}, expected ${expected}`);

test("places and shares as numpy's SVD of the centred rows gives them", () => {
  // numpy: x = (arange(1, 25).reshape(6, 4) ** 1.5 % 7) as float32; u, s, vt = svd(x - x.mean(0)); places (x - mean) @ vt[k].
  const rows = Float32Array.from({ length: 24 }, (_, i) => (i + 1) ** 1.5 % 7);
  const { points, explained } = principalComponents(rows, 4);
  const first = [-2.487518, -3.203396, 2.278065, -2.415991, 3.204366, 2.624474];
  const second = [2.951025, -0.531979, -3.900776, -1.659989, 3.909232, -0.767513];
  for (let i = 0; i < 6; i++) {
    close(points[2 * i]!, first[i]!);
    close(points[2 * i + 1]!, second[i]!);
  }
  close(explained[0], 0.451729);
  close(explained[1], 0.433536);
});

test("equal rows have no directions; one row is no picture but no fault either", () => {
  const { points, explained } = principalComponents(new Float32Array(12).fill(2), 4);
  assert.deepEqual([...points], [0, 0, 0, 0, 0, 0]);
  assert.deepEqual(explained, [0, 0]);
  assert.deepEqual([...principalComponents(new Float32Array(4).fill(1), 4).points], [0, 0]);
});
