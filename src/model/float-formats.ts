/**
 * f32 to and from the 16-bit formats of checkpoints: f16 (IEEE 754 binary16) and bf16 (the upper half of
 * an f32). Rounding is to the nearest, ties to even; a NaN stays a NaN, what is too large becomes infinite.
 */
export type TensorType = "F32" | "F16" | "BF16";

export const bytesPerElement = { F32: 4, F16: 2, BF16: 2 } as const satisfies Record<TensorType, number>;

const bitsOf = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer, values.byteOffset, values.length);

export function bf16ToFloat32(raw: Uint16Array, out = new Float32Array(raw.length)): Float32Array {
  const bits = bitsOf(out);
  for (let i = 0; i < raw.length; i++) bits[i] = raw[i]! << 16;
  return out;
}

export function float32ToBf16(values: Float32Array, out = new Uint16Array(values.length)): Uint16Array {
  const bits = bitsOf(values);
  for (let i = 0; i < bits.length; i++) {
    const b = bits[i]!;
    // A NaN must not be rounded up into another number, nor lose all its bits and become infinite.
    out[i] = (b & 0x7fffffff) > 0x7f800000 ? (b >>> 16) | 0x40 : (b + 0x7fff + ((b >>> 16) & 1)) >>> 16;
  }
  return out;
}

let f16Table: Uint32Array | undefined;

export function f16ToFloat32(raw: Uint16Array, out = new Float32Array(raw.length)): Float32Array {
  f16Table ??= Uint32Array.from({ length: 65536 }, (_, half) => widenHalf(half));
  const bits = bitsOf(out);
  for (let i = 0; i < raw.length; i++) bits[i] = f16Table[raw[i]!]!;
  return out;
}

export function float32ToF16(values: Float32Array, out = new Uint16Array(values.length)): Uint16Array {
  const bits = bitsOf(values);
  for (let i = 0; i < bits.length; i++) out[i] = narrowToHalf(bits[i]!);
  return out;
}

/** The f32 bits of one f16. */
function widenHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 31;
  let mantissa = half & 0x3ff;
  if (exponent === 31) return (sign | 0x7f800000 | (mantissa << 13)) >>> 0;
  if (exponent !== 0) return (sign | ((exponent + 112) << 23) | (mantissa << 13)) >>> 0;
  if (mantissa === 0) return sign >>> 0;
  // A subnormal f16 is a normal f32: shift until the leading one is where f32 leaves it out.
  let shifted = 113;
  for (; mantissa < 0x400; shifted--) mantissa <<= 1;
  return (sign | (shifted << 23) | ((mantissa & 0x3ff) << 13)) >>> 0;
}

/** The f16 of one f32 given as bits. */
function narrowToHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size >= 0x47800000) return size > 0x7f800000 ? sign | 0x7e00 | ((size >>> 13) & 0x1ff) : sign | 0x7c00;
  if (size >= 0x38800000) {
    const rounded = size - 0x38000000 + 0xfff + ((size >>> 13) & 1);
    return sign | (rounded >>> 13);
  }
  // At most 2^-25: nearest is zero (exactly 2^-25 is a tie, and zero is even).
  if (size <= 0x33000000) return sign;
  const shift = 126 - (size >>> 23);
  const mantissa = (size & 0x7fffff) | 0x800000;
  const kept = mantissa >>> shift;
  const rest = mantissa & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return sign | (kept + (rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0));
}

/** Raw little-endian bytes of `type`, at an address that fits the type, as f32. An F32 result shares memory with `raw`. */
export function toFloat32(raw: Uint8Array, type: TensorType): Float32Array {
  if (type === "F32") return new Float32Array(raw.buffer, raw.byteOffset, raw.byteLength / 4);
  const halves = new Uint16Array(raw.buffer, raw.byteOffset, raw.byteLength / 2);
  return type === "F16" ? f16ToFloat32(halves) : bf16ToFloat32(halves);
}

/**
 * f32 as raw little-endian bytes of `type`. For F32 the result shares memory with `values`, else with the beginning of `into` where
 * that is given.
 */
export function fromFloat32(values: Float32Array, type: TensorType, into?: Uint16Array<ArrayBuffer>): Uint8Array {
  const out = into?.subarray(0, values.length);
  const data = type === "F32" ? values : type === "F16" ? float32ToF16(values, out) : float32ToBf16(values, out);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
