/** Systems of equations for the benchmark, drawn row by row: the same rows in every process and every pass. */
import { createRandom } from "../../src/random.js";

export interface SystemKind {
  rows: number;
  /** Columns of X and of Y. */
  width: number;
  /** Largest through smallest singular value of X that is not zero, about. */
  condition: number;
  /** Singular values that are not zero. */
  rank: number;
}

/**
 * Writes rows from `first` on of X = N S H and Y = X R + noise to the beginning of `x` and `y`, float32 numbers: N is normal, S the singular values, evenly
 * spread in the logarithm, H and R reflections, which cost a row no product.
 */
export function createSystem({ width, condition, rank }: SystemKind) {
  const spread = Float64Array.from({ length: width }, (_, k) =>
    k < rank ? condition ** (-k / Math.max(1, rank - 1)) : 0,
  );
  const [turn, map] = [unit(width, 1), unit(width, 2)];
  const row = new Float64Array(width);
  const table = createRandom(3);
  // Numbers of a table with a prime length, in other places for every row: drawing them anew would take longer than solving.
  const period = 1_000_003;
  const normal = Float64Array.from({ length: period }, () => table.normal());
  return (first: number, count: number, x: Float64Array | Float32Array, y: Float64Array | Float32Array): void => {
    for (let r = 0; r < count; r++) {
      const at = r * width;
      let place = Math.abs(((first + r) * 48_271 * width) % period);
      for (let k = 0; k < width; k++) {
        row[k] = spread[k]! * normal[place]!;
        if (++place === period) place = 0;
      }
      reflect(row, turn);
      for (let k = 0; k < width; k++) {
        row[k] = Math.fround(row[k]!);
        x[at + k] = row[k]!;
      }
      reflect(row, map);
      for (let k = 0; k < width; k++) {
        y[at + k] = Math.fround(row[k]! + 0.01 * normal[place]!);
        if (++place === period) place = 0;
      }
    }
  };
}

function unit(length: number, seed: number): Float64Array {
  const random = createRandom(seed);
  const vector = Float64Array.from({ length }, () => random.normal());
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

function reflect(row: Float64Array, v: Float64Array): void {
  let along = 0;
  for (let k = 0; k < row.length; k++) along += row[k]! * v[k]!;
  for (let k = 0; k < row.length; k++) row[k]! -= 2 * along * v[k]!;
}
