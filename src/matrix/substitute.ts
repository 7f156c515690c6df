import type { AddProduct, Part } from "./add-product.js";

/** L in L Lᵀ, [size, size] with zeros or anything above the diagonal, and the inverses of its diagonal blocks. */
export interface BlockedFactor {
  lower: Float64Array;
  /** One [block, block] matrix behind the other; the last is smaller where `block` does not divide `size`. */
  inverses: Float64Array;
  size: number;
}

/** Rows of a diagonal block. */
export const block = 128;

/**
 * Solves L Lᵀ x = b in place for `count` right-hand sides in rows of `vectors` from row `first` on, [any, size]. Block
 * by block, so that nearly all of it is products (Golub and Van Loan, "Matrix Computations", section 3.1).
 */
export function substitute(
  addProduct: AddProduct,
  { lower, inverses, size }: BlockedFactor,
  vectors: Float64Array,
  first: number,
  count: number,
): void {
  const columns = (from: number): Part => ({ data: vectors, offset: first * size + from, row: size, column: 1 });
  const solved = new Float64Array(count * block);
  const timesInverse = (at: number, transposed: boolean): void => {
    const length = Math.min(block, size - at);
    const inverse = { data: inverses, offset: at * block };
    const b = transposed ? { ...inverse, row: 1, column: length } : { ...inverse, row: length, column: 1 };
    solved.fill(0);
    const out = { data: solved, offset: 0, row: length, column: 1 };
    addProduct(out, columns(at), b, { rows: count, columns: length, inner: length }, 1);
    for (let r = 0; r < count; r++) {
      vectors.set(solved.subarray(r * length, (r + 1) * length), (first + r) * size + at);
    }
  };
  for (let at = 0; at < size; at += block) {
    const length = Math.min(block, size - at);
    const b = { data: lower, offset: at * size, row: 1, column: size };
    addProduct(columns(at), columns(0), b, { rows: count, columns: length, inner: at }, -1);
    timesInverse(at, true);
  }
  for (let at = size - (size % block || block); at >= 0; at -= block) {
    const length = Math.min(block, size - at);
    const below = at + length;
    const b = { data: lower, offset: below * size + at, row: size, column: 1 };
    addProduct(columns(at), columns(below), b, { rows: count, columns: length, inner: size - below }, -1);
    timesInverse(at, false);
  }
}
