import assert from "node:assert/strict";
import { test } from "node:test";
import { bf16ToFloat32, f16ToFloat32, float32ToBf16, float32ToF16 } from "../../src/model/float-formats.js";

// Written down from the definition of binary16 (IEEE 754-2008, 3.6): sign, 5 bits exponent (bias 15), 10 bits fraction.
const f16Values: [half: number, value: number][] = [
  [0x0000, 0],
  [0x8000, -0],
  [0x3c00, 1],
  [0xc000, -2],
  [0x3555, 0.333251953125],
  [0x7bff, 65504],
  [0xfbff, -65504],
  [0x0001, 2 ** -24],
  [0x03ff, 1023 * 2 ** -24],
  [0x0400, 2 ** -14],
  [0x7c00, Number.POSITIVE_INFINITY],
  [0xfc00, Number.NEGATIVE_INFINITY],
];

test("f16 holds the values that IEEE 754 says", () => {
  for (const [half, value] of f16Values) {
    assert.ok(Object.is(f16ToFloat32(Uint16Array.of(half))[0], value), half.toString(16));
    assert.equal(float32ToF16(Float32Array.of(value))[0], half, String(value));
  }
});

test("every f16 comes back from f32 as it was, and follows the formula", () => {
  const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const wide = f16ToFloat32(all);
  const back = float32ToF16(wide);
  for (let half = 0; half < 65536; half++) {
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    const sign = half & 0x8000 ? -1 : 1;
    if (exponent === 31 && fraction !== 0) {
      assert.ok(Number.isNaN(wide[half]));
      assert.ok((back[half]! & 0x7c00) === 0x7c00 && (back[half]! & 0x3ff) !== 0, "a NaN stays a NaN");
      continue;
    }
    const size =
      exponent === 31
        ? Number.POSITIVE_INFINITY
        : exponent === 0
          ? fraction * 2 ** -24
          : (1 + fraction / 1024) * 2 ** (exponent - 15);
    if (wide[half] !== sign * size || back[half] !== half) assert.fail(`f16 ${half.toString(16)}`);
  }
});

test("f32 to f16 rounds to the nearest, ties to even", () => {
  const cases: [value: number, half: number][] = [
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [1 + 2 ** -11 + 2 ** -20, 0x3c01],
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [1e10, 0x7c00],
    [2 ** -25, 0x0000],
    [2 ** -25 * 1.0001, 0x0001],
    [3 * 2 ** -25, 0x0002],
    [1e-30, 0x0000],
    [-(2 ** -25) * 1.5, 0x8001],
    [(1023.5 / 1024) * 2 ** -14, 0x0400],
  ];
  for (const [value, half] of cases) assert.equal(float32ToF16(Float32Array.of(value))[0], half, String(value));
});

/** The bf16 nearest to `value` by looking at both neighbours as numbers. */
function nearestBf16(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  const down = bits >>> 16;
  const number = (half: number): number => new Float32Array(Uint32Array.of(half << 16).buffer)[0]!;
  const [low, high] = [Math.abs(number(down)), Math.abs(number(down + 1))];
  // Beyond the largest number, infinity stands where the next one would be.
  const upper = Number.isFinite(high) ? high : 2 ** 128;
  const below = Math.abs(value) - low;
  const above = upper - Math.abs(value);
  return below < above || (below === above && down % 2 === 0) ? down : down + 1;
}

test("f32 to bf16 rounds to the nearest, ties to even", () => {
  const values = [0, -0, 1, -1, 1.00390625, 1.01171875, 3.4e38, 1e-40, 0.1, -0.3, 65504, 2 ** -126];
  for (let i = 0; i < 2000; i++) values.push(Math.fround(Math.sin(i) * 10 ** ((i % 60) - 30)));
  for (const value of values) {
    assert.equal(float32ToBf16(Float32Array.of(value))[0], nearestBf16(Math.fround(value)), String(value));
  }
  assert.equal(float32ToBf16(Float32Array.of(Number.POSITIVE_INFINITY))[0], 0x7f80);
  // A NaN whose bits are all in the half that is dropped must not become infinite.
  const thinNan = new Float32Array(Uint32Array.of(0x7f800001, 0xffffffff).buffer);
  for (const half of float32ToBf16(thinNan)) assert.ok((half & 0x7fff) > 0x7f80);
});

test("every bf16 is the upper half of an f32", () => {
  const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const bits = new Uint32Array(bf16ToFloat32(all).buffer);
  assert.ok(bits.every((b, i) => b === i * 65536));
});
