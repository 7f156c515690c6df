import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { float32ToF16 } from "../../../src/model/float-formats.js";
import { ggufBytes } from "../../../src/model/gguf/tensor-data.js";

/** q8_0 from its definition: 32 neighbours share a step, their largest size over 127, and are whole numbers of it, halves away from zero. */
function blocksOf(rows: Float32Array): Uint8Array {
  const out = new Uint8Array((rows.length / 32) * 34);
  const view = new DataView(out.buffer);
  for (let block = 0; block < rows.length / 32; block++) {
    const values = rows.subarray(block * 32, block * 32 + 32);
    const step = Math.fround(values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127);
    const inverse = step === 0 ? 0 : Math.fround(1 / step);
    view.setUint16(block * 34, float32ToF16(Float32Array.of(step))[0]!, true);
    for (const [i, value] of values.entries()) {
      const scaled = Math.fround(value * inverse);
      view.setInt8(block * 34 + 2 + i, Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5));
    }
  }
  return out;
}

test("8-bit blocks of ggml's own quantiser are those of the definition, to a step where its vector code rounds otherwise", () => {
  const value = fc.float({ min: -8, max: 8, noNaN: true });
  fc.assert(
    fc.property(fc.array(value, { minLength: 128, maxLength: 128 }), (values) => {
      const rows = Float32Array.from(values);
      const [ours, expected] = [ggufBytes(rows, 64, "q8_0", "x"), blocksOf(rows)];
      assert.equal(ours.length, expected.length);
      for (const [at, byte] of expected.entries()) {
        if (at % 34 < 2) assert.equal(ours[at], byte, `step, byte ${at}`);
        else assert.ok(Math.abs(((ours[at]! << 24) >> 24) - ((byte << 24) >> 24)) <= 1, `byte ${at}`);
      }
    }),
  );
  const plain = Float32Array.from({ length: 64 }, (_, i) => (i < 32 ? 0 : i - 47.25));
  assert.deepEqual(Buffer.from(ggufBytes(plain, 64, "q8_0", "x")), Buffer.from(blocksOf(plain)));
});

test("f32, f16 and bf16 by hand", () => {
  const rows = Float32Array.of(1, -2, 0.5, 65504);
  const hex = (type: "f32" | "f16" | "bf16"): string => Buffer.from(ggufBytes(rows, 4, type, "x")).toString("hex");
  assert.equal(hex("f32"), "0000803f000000c00000003f00e07f47");
  assert.equal(hex("f16"), "003c00c00038ff7b");
  assert.equal(hex("bf16"), "803f00c0003f8047");
});
