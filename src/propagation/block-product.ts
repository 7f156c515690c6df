/** The one inner loop of all dense products here: both factors lie in rows along the summed index, all in float64. */

// Columns of a tile: 64 rows of `b` with an inner length of 64 fill the first-level cache.
const tile = 64;

/**
 * out[i, j] += Σ_k a[i, k] · b[j, k]. Shapes: a [rows, inner], b [columns, inner], out [rows, columns], all row-major.
 * With `lower` only tiles that touch j ≤ i are computed; what lies above them in `out` is left alone.
 */
export function addProduct(
  out: Float64Array,
  a: Float64Array,
  b: Float64Array,
  shape: { rows: number; columns: number; inner: number; lower?: boolean },
): void {
  const { rows, columns, inner, lower = false } = shape;
  for (let first = 0; first < columns; first += tile) {
    const end = Math.min(first + tile, columns);
    for (let i = lower ? first - (first % 4) : 0; i < rows; i += 4) {
      const last = lower ? Math.min(end, i + 4) : end;
      for (let j = first; j < last; j += 4) {
        if (i + 4 <= rows && j + 4 <= columns) addSixteen(out, a, b, i, j, columns, inner);
        else addRemainder(out, a, b, i, j, rows, columns, inner);
      }
    }
  }
}

/** A 4 × 4 piece of the result: 16 sums in registers, 8 loads for 16 products. */
function addSixteen(
  out: Float64Array,
  a: Float64Array,
  b: Float64Array,
  i: number,
  j: number,
  columns: number,
  inner: number,
): void {
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  let s20 = 0;
  let s21 = 0;
  let s22 = 0;
  let s23 = 0;
  let s30 = 0;
  let s31 = 0;
  let s32 = 0;
  let s33 = 0;
  const a0 = i * inner;
  const a1 = a0 + inner;
  const a2 = a1 + inner;
  const a3 = a2 + inner;
  const b0 = j * inner;
  const b1 = b0 + inner;
  const b2 = b1 + inner;
  const b3 = b2 + inner;
  for (let k = 0; k < inner; k++) {
    const x0 = a[a0 + k]!;
    const x1 = a[a1 + k]!;
    const x2 = a[a2 + k]!;
    const x3 = a[a3 + k]!;
    const y0 = b[b0 + k]!;
    const y1 = b[b1 + k]!;
    const y2 = b[b2 + k]!;
    const y3 = b[b3 + k]!;
    s00 += x0 * y0;
    s01 += x0 * y1;
    s02 += x0 * y2;
    s03 += x0 * y3;
    s10 += x1 * y0;
    s11 += x1 * y1;
    s12 += x1 * y2;
    s13 += x1 * y3;
    s20 += x2 * y0;
    s21 += x2 * y1;
    s22 += x2 * y2;
    s23 += x2 * y3;
    s30 += x3 * y0;
    s31 += x3 * y1;
    s32 += x3 * y2;
    s33 += x3 * y3;
  }
  const o0 = i * columns + j;
  const o1 = o0 + columns;
  const o2 = o1 + columns;
  const o3 = o2 + columns;
  out[o0]! += s00;
  out[o0 + 1]! += s01;
  out[o0 + 2]! += s02;
  out[o0 + 3]! += s03;
  out[o1]! += s10;
  out[o1 + 1]! += s11;
  out[o1 + 2]! += s12;
  out[o1 + 3]! += s13;
  out[o2]! += s20;
  out[o2 + 1]! += s21;
  out[o2 + 2]! += s22;
  out[o2 + 3]! += s23;
  out[o3]! += s30;
  out[o3 + 1]! += s31;
  out[o3 + 2]! += s32;
  out[o3 + 3]! += s33;
}

/** The same for what is left at the edges. */
function addRemainder(
  out: Float64Array,
  a: Float64Array,
  b: Float64Array,
  firstRow: number,
  firstColumn: number,
  rows: number,
  columns: number,
  inner: number,
): void {
  for (let i = firstRow; i < Math.min(firstRow + 4, rows); i++) {
    for (let j = firstColumn; j < Math.min(firstColumn + 4, columns); j++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += a[i * inner + k]! * b[j * inner + k]!;
      out[i * columns + j]! += sum;
    }
  }
}

/** The transpose of the row-major matrix `a` [rows, columns]. */
export function transposed(
  a: Float64Array,
  rows: number,
  columns: number,
  out = new Float64Array(rows * columns),
): Float64Array {
  // Squares of 16: a whole column at once would touch a new cache line for every element.
  for (let r = 0; r < rows; r += 16) {
    for (let c = 0; c < columns; c += 16) {
      for (let i = r; i < Math.min(r + 16, rows); i++) {
        for (let j = c; j < Math.min(c + 16, columns); j++) out[j * rows + i] = a[i * columns + j]!;
      }
    }
  }
  return out;
}
