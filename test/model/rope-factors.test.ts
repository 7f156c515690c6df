import assert from "node:assert/strict";
import { test } from "node:test";
import { ropeFactors } from "../../src/model/rope-factors.js";

/**
 * The divisors that are neither 1 nor the factor, computed in Python floats the way transformers' `_compute_llama3_parameters`
 * goes (scaled frequencies; here the plain ones over them), for the published settings of two models.
 */
const published = [
  {
    name: "LLaMa-3.1 8B",
    headDim: 128,
    factor: 8,
    ones: 29,
    between: [1.207484, 1.553415, 2.026313, 2.69453, 3.684253, 5.257327],
  },
  { name: "LLaMa-3.2 1B", headDim: 64, factor: 32, ones: 15, between: [1.651329, 3.292262, 9.666729] },
];

for (const { name, headDim, factor, ones, between } of published) {
  test(`${name}: fast frequencies stay, slow ones are divided, those between are blended`, () => {
    const factors = ropeFactors({
      head_dim: headDim,
      rope_theta: 500000,
      rope_scaling: {
        rope_type: "llama3",
        factor,
        low_freq_factor: 1,
        high_freq_factor: 4,
        original_max_position_embeddings: 8192,
      },
    })!;
    const slow = headDim / 2 - ones - between.length;
    const expected = [...new Array(ones).fill(1), ...between, ...new Array(slow).fill(factor)];
    assert.equal(factors.length, expected.length);
    for (const [i, value] of expected.entries()) assert.ok(Math.abs(factors[i]! - value) < 1e-6 * factor, `${i}`);
  });
}

test("linear scaling divides every frequency by the factor, and without scaling there are no divisors", () => {
  const config = { head_dim: 6, rope_theta: 10000 };
  const linear = ropeFactors({ ...config, rope_scaling: { rope_type: "linear", factor: 2.5 } });
  assert.deepEqual(linear, Float32Array.of(2.5, 2.5, 2.5));
  assert.equal(ropeFactors({ ...config, rope_scaling: null }), null);
});
