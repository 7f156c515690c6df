/**
 * Rows placed on the two directions in which they differ most (principal component analysis). A few hundred rows of any width:
 * the eigenvectors of their products with one another (the Gram matrix of the centred rows) are their places, up to a length.
 */
import { symmetricEigen } from "../matrix/symmetric-eigen.js";

export interface Projection {
  /** float64[count, 2]. */
  points: Float64Array;
  /** Share of the variance that each direction explains. */
  explained: [number, number];
}

/** `rows`: float32[count, width]. Of each direction the place that is farthest from 0 is positive. */
export function principalComponents(rows: Float32Array, width: number): Projection {
  const count = rows.length / width;
  const { values, vectors } = symmetricEigen(centredGram(rows, width), count);
  const order = Array.from(values.keys()).sort((a, b) => values[b]! - values[a]! || a - b);
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const points = new Float64Array(2 * count);
  const explained: [number, number] = [0, 0];
  for (const k of [0, 1] as const) {
    const from = order[k];
    const value = from === undefined ? 0 : Math.max(0, values[from]!);
    if (from === undefined || value === 0) continue;
    explained[k] = value / total;
    const places = vectors.subarray(from * count, (from + 1) * count).map((part) => part * Math.sqrt(value));
    const farthest = places.reduce((most, place) => (Math.abs(place) > Math.abs(most) ? place : most), 0);
    for (let i = 0; i < count; i++) points[2 * i + k] = farthest < 0 ? -places[i]! : places[i]!;
  }
  return { points, explained };
}

/** float64[count, count]. */
function centredGram(rows: Float32Array, width: number): Float64Array {
  const count = rows.length / width;
  const mean = new Float64Array(width);
  for (let i = 0; i < rows.length; i++) mean[i % width]! += rows[i]! / count;
  const centred = Float64Array.from(rows, (value, i) => value - mean[i % width]!);
  const gram = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += centred[i * width + k]! * centred[j * width + k]!;
      gram[i * count + j] = sum;
      gram[j * count + i] = sum;
    }
  }
  return gram;
}
