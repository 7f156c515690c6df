/**
 * The orthogonal matrix W that brings X nearest to Y, ‖X W − Y‖ (Schönemann 1966, A generalized solution of the orthogonal
 * Procrustes problem): U Vᵀ of the singular value decomposition of M = Xᵀ Y. With MᵀM = V S² Vᵀ that is M V S⁻¹ Vᵀ. Directions
 * that the pairs say nothing about (singular values below 1e-6 of the largest) are mapped to 0.
 */
import { symmetricEigen } from "../../matrix/symmetric-eigen.js";

export interface Pair {
  from: Float32Array;
  to: Float32Array;
}

/** W, float64[size, size], for row vectors: `from` W ≈ `to`. */
export function procrustes(pairs: Iterable<Pair>, size: number): Float64Array {
  const cross = new Float64Array(size * size);
  for (const { from, to } of pairs) {
    for (let i = 0; i < size; i++) {
      const value = from[i]!;
      for (let j = 0; j < size; j++) cross[i * size + j]! += value * to[j]!;
    }
  }
  const gram = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    for (let i = 0; i < size; i++) {
      const value = cross[k * size + i]!;
      for (let j = 0; j < size; j++) gram[i * size + j]! += value * cross[k * size + j]!;
    }
  }
  const { values, vectors } = symmetricEigen(gram, size);
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  const map = new Float64Array(size * size);
  const left = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    if (!(values[k]! > 1e-12 * largest)) continue;
    const right = vectors.subarray(k * size, (k + 1) * size);
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let j = 0; j < size; j++) sum += cross[i * size + j]! * right[j]!;
      left[i] = sum / Math.sqrt(values[k]!);
    }
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) map[i * size + j]! += left[i]! * right[j]!;
  }
  return map;
}

/** `vector` W, a row vector. */
export function mapped(vector: Float32Array, map: Float64Array): Float32Array {
  const size = vector.length;
  const out = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const value = vector[i]!;
    for (let j = 0; j < size; j++) out[j]! += value * map[i * size + j]!;
  }
  return Float32Array.from(out);
}
