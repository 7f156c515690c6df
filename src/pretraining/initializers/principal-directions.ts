/**
 * The right singular vectors of a tall matrix that belong to its largest singular values: the eigenvectors of its Gram matrix,
 * summed in float64. Singular values below 1e-8 of the largest cannot be told from 0 so, and do not matter here.
 */
import { symmetricEigen } from "../../matrix/symmetric-eigen.js";
import type { OriginalRows } from "./original-rows.js";

/** `count` unit vectors as rows, float64[count, width], the largest singular value first. */
export function principalDirections(rows: OriginalRows, count: number): Float64Array {
  const { width } = rows;
  const gram = new Float64Array(width * width);
  for (const block of rows.blocks()) {
    for (let at = 0; at < block.length; at += width) {
      for (let i = 0; i < width; i++) {
        const value = block[at + i]!;
        for (let j = 0; j <= i; j++) gram[i * width + j]! += value * block[at + j]!;
      }
    }
  }
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) gram[j * width + i] = gram[i * width + j]!;
  const { values, vectors } = symmetricEigen(gram, width);
  const order = Array.from(values.keys()).sort((a, b) => values[b]! - values[a]! || a - b);
  const directions = new Float64Array(count * width);
  for (let k = 0; k < count; k++) {
    const from = order[k]! * width;
    directions.set(vectors.subarray(from, from + width), k * width);
  }
  return directions;
}

/** Replaces `vector` [width] by its projection on the span of `directions` [any, width], orthonormal. */
export function projectOn(directions: Float64Array, vector: Float64Array): void {
  const width = vector.length;
  const projected = new Float64Array(width);
  for (let at = 0; at < directions.length; at += width) {
    let product = 0;
    for (let i = 0; i < width; i++) product += directions[at + i]! * vector[i]!;
    for (let i = 0; i < width; i++) projected[i]! += product * directions[at + i]!;
  }
  vector.set(projected);
}
