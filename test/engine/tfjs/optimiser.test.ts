import assert from "node:assert/strict";
import { it } from "node:test";
import type { ParameterLayout } from "../../../src/engine/parameter-layout.js";
import { createFlatArrays, gradientNorm, updateValues } from "../../../src/engine/tfjs/optimiser.js";
import { relativeError } from "../minute-model.js";

const layout: ParameterLayout = {
  parameters: [
    { name: "norm", shape: [2], rows: null, offset: 0, decay: false },
    { name: "map", shape: [1, 2], rows: null, offset: 4, decay: true },
  ],
  size: 8,
};
const options = { beta1: 0.9, beta2: 0.95, epsilon: 1e-3, weight_decay: 0.1, clip_norm: 5 };
/** Places of the parameters' numbers; those between and behind belong to nothing. */
const places = [0, 1, 4, 5];

/** As NumPy gives them in float64 by the paper's formulas: the first step is not clipped (norm 2.3), the second is (norm 13). */
const expected = [
  {
    rate: 0.1,
    gradient: [0.5, -1, 2, 0.25],
    norm: 2.3048861143232218,
    values: [0.9001996007984032, -1.9000999000999002, 0.3950499750124937, 2.8703984063745023],
    first_moments: [0.05, -0.1, 0.2, 0.025],
    second_moments: [0.0125, 0.05, 0.2, 0.003125],
  },
  {
    rate: 0.05,
    gradient: [3, 4, 0, -12],
    norm: 13,
    values: [0.8531971745379076, -1.9129726625657588, 0.3591666278759088, 2.8909437896093784],
    first_moments: [0.16038461538461538, 0.06384615384615384, 0.18, -0.4390384615384615],
    second_moments: [0.0784430473372782, 0.16584319526627234, 0.19, 1.068057507396451],
  },
];

it("AdamW with clipping, decay of what decays and corrected moments", () => {
  const arrays = createFlatArrays(layout);
  const fill = (array: Float32Array, numbers: number[]): void => {
    for (const [i, place] of places.entries()) array[place] = numbers[i]!;
  };
  fill(arrays.values, [1, -2, 0.5, 3]);
  for (const [i, { rate, gradient, norm, ...after }] of expected.entries()) {
    fill(arrays.gradients, gradient);
    assert.ok(Math.abs(gradientNorm(arrays) - norm) < 1e-12);
    updateValues(layout, arrays, options, { update: i + 1, rate, norm });
    for (const name of ["values", "first_moments", "second_moments"] as const) {
      const numbers = places.map((place) => arrays[name][place]!);
      assert.ok(relativeError(numbers, after[name]) < 1e-7, `${name} after step ${i + 1}: ${numbers}`);
      assert.ok([2, 3, 6, 7].every((place) => arrays[name][place] === 0));
    }
  }
});

it("a clip_norm of 0 does not clip", () => {
  const [clipped, free] = [createFlatArrays(layout), createFlatArrays(layout)];
  for (const [arrays, clip_norm] of [
    [clipped, 5],
    [free, 0],
  ] as const) {
    arrays.gradients[0] = 10;
    updateValues(layout, arrays, { ...options, clip_norm }, { update: 1, rate: 0.1, norm: 10 });
  }
  assert.ok(Math.abs(clipped.first_moments[0]! - 0.5) < 1e-7);
  assert.ok(Math.abs(free.first_moments[0]! - 1) < 1e-7);
});
