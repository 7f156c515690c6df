/**
 * Orthogonal matching pursuit (Pati, Rezaiifar and Krishnaprasad 1993, Orthogonal matching pursuit, section 3): a vector as a sum
 * of few atoms. Each round takes the atom that is nearest to the residual, in absolute cosine, and fits all atoms taken by
 * least squares. The atoms taken are kept as an orthonormal basis (modified Gram-Schmidt), so a round costs one product with
 * all atoms.
 */
import { products, type UnitVectors } from "./unit-vectors.js";

/** Below this length, of 1, a residual or what an atom adds counts as nothing. */
const negligible = 1e-5;

/** At most `most` atoms (unit vectors) in the order taken, with their coefficients; `target` [dimensions]. */
export function orthogonalMatchingPursuit(
  atoms: UnitVectors,
  target: ArrayLike<number>,
  most: number,
): { places: Int32Array; coefficients: Float64Array } {
  const { dimensions, values } = atoms;
  const residual = Float64Array.from(target);
  const similarities = new Float64Array(atoms.count);
  const places: number[] = [];
  const basis: Float64Array[] = [];
  // Column k holds what atom k is in the basis: upper triangular.
  const columns: number[][] = [];
  const projections: number[] = [];
  const enough = negligible * length(residual);
  while (places.length < Math.min(most, dimensions, atoms.count) && length(residual) > enough) {
    products(atoms, residual, similarities);
    let best = -1;
    for (let i = 0; i < atoms.count; i++) {
      if (places.includes(i)) continue;
      if (best < 0 || Math.abs(similarities[i]!) > Math.abs(similarities[best]!)) best = i;
    }
    const direction = Float64Array.from(values.subarray(best * dimensions, (best + 1) * dimensions));
    const column = basis.map((unit) => subtractAlong(direction, unit));
    const rest = length(direction);
    if (rest < negligible) break;
    for (let i = 0; i < dimensions; i++) direction[i]! /= rest;
    places.push(best);
    columns.push([...column, rest]);
    basis.push(direction);
    projections.push(subtractAlong(residual, direction));
  }
  return { places: Int32Array.from(places), coefficients: backSubstituted(columns, projections) };
}

/** Takes the part along `unit` out of `vector`; its length, with sign. */
function subtractAlong(vector: Float64Array, unit: Float64Array): number {
  let product = 0;
  for (let i = 0; i < vector.length; i++) product += vector[i]! * unit[i]!;
  for (let i = 0; i < vector.length; i++) vector[i]! -= product * unit[i]!;
  return product;
}

function backSubstituted(columns: readonly number[][], right: readonly number[]): Float64Array {
  const solution = Float64Array.from(right);
  for (let i = solution.length - 1; i >= 0; i--) {
    for (let j = i + 1; j < solution.length; j++) solution[i]! -= columns[j]![i]! * solution[j]!;
    solution[i]! /= columns[i]![i]!;
  }
  return solution;
}

function length(vector: Float64Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}
