/** Vectors brought to length 1 and compared by their cosine. */

export interface UnitVectors {
  /** [count, dimensions] */
  values: Float32Array;
  count: number;
  dimensions: number;
}

/** A vector of zeros stays one: it is like nothing. */
export function unitVectors(vectors: readonly Float32Array[], dimensions: number): UnitVectors {
  const values = new Float32Array(vectors.length * dimensions);
  for (const [i, vector] of vectors.entries()) values.set(unit(vector), i * dimensions);
  return { values, count: vectors.length, dimensions };
}

export function unit(vector: Float32Array): Float32Array {
  let sum = 0;
  for (const value of vector) sum += value * value;
  const scale = sum > 0 ? 1 / Math.sqrt(sum) : 0;
  return vector.map((value) => value * scale);
}

/** Inner products of `vector` with all, written to `out` [count]. */
export function products(
  { values, count, dimensions }: UnitVectors,
  vector: ArrayLike<number>,
  out: Float64Array,
): void {
  for (let i = 0, at = 0; i < count; i++, at += dimensions) {
    let even = 0;
    let odd = 0;
    let k = 0;
    for (; k + 1 < dimensions; k += 2) {
      even += values[at + k]! * vector[k]!;
      odd += values[at + k + 1]! * vector[k + 1]!;
    }
    if (k < dimensions) even += values[at + k]! * vector[k]!;
    out[i] = even + odd;
  }
}

/** Cosine of two vectors; 0 where one of them is zero. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let product = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!;
    squaresA += a[i]! * a[i]!;
    squaresB += b[i]! * b[i]!;
  }
  return squaresA === 0 || squaresB === 0 ? 0 : product / Math.sqrt(squaresA * squaresB);
}
