/**
 * All eigenvalues and eigenvectors of a dense symmetric matrix: Householder reflections to a tridiagonal matrix, then
 * implicit QR steps with Wilkinson's shift (Golub and Van Loan, "Matrix Computations", sections 8.3.1 to 8.3.3).
 * Eigenvectors are kept as rows, so that every rotation works along memory. Absolute error about 1e-15 · ‖A‖.
 */
export interface SymmetricEigen {
  /** Not sorted. */
  values: Float64Array;
  /** Row i [size] is the unit eigenvector of values[i]. */
  vectors: Float64Array;
}

/** `matrix` [size, size] in full symmetric storage; it is overwritten. Throws a plain Error for values that are not finite. */
export function symmetricEigen(matrix: Float64Array, size: number): SymmetricEigen {
  const { diagonal, beside, reflections } = tridiagonalise(matrix, size);
  const vectors = productOfReflections(reflections, size);
  diagonalise(diagonal, beside, vectors, size);
  return { values: diagonal, vectors };
}

/** A reflection I - factor · v vᵀ on the coordinates from `first` on. */
interface Reflection {
  first: number;
  v: Float64Array;
  factor: number;
}

function tridiagonalise(a: Float64Array, size: number) {
  const diagonal = new Float64Array(size);
  const beside = new Float64Array(size);
  const reflections: Reflection[] = [];
  for (let k = 0; k < size - 2; k++) {
    const first = k + 1;
    const length = size - first;
    const v = new Float64Array(length);
    let norm = 0;
    for (let i = 0; i < length; i++) {
      v[i] = a[(first + i) * size + k]!;
      norm += v[i]! * v[i]!;
    }
    norm = Math.sqrt(norm);
    // The sign that adds up, so that nothing cancels.
    const alpha = v[0]! > 0 ? -norm : norm;
    beside[k] = alpha;
    if (norm === 0) continue;
    v[0]! -= alpha;
    // vᵀv = 2 norm (norm + |x0|), and |v0| = norm + |x0|.
    const factor = 1 / (norm * Math.abs(v[0]!));
    const w = new Float64Array(length);
    let overlap = 0;
    for (let i = 0; i < length; i++) {
      const row = (first + i) * size + first;
      let sum = 0;
      for (let j = 0; j < length; j++) sum += a[row + j]! * v[j]!;
      w[i] = factor * sum;
      overlap += w[i]! * v[i]!;
    }
    for (let i = 0; i < length; i++) w[i]! -= 0.5 * factor * overlap * v[i]!;
    for (let i = 0; i < length; i++) {
      const row = (first + i) * size + first;
      const vi = v[i]!;
      const wi = w[i]!;
      for (let j = 0; j < length; j++) a[row + j]! -= vi * w[j]! + wi * v[j]!;
    }
    reflections.push({ first, v, factor });
  }
  for (let i = 0; i < size; i++) diagonal[i] = a[i * size + i]!;
  if (size > 1) beside[size - 2] = a[(size - 1) * size + size - 2]!;
  return { diagonal, beside, reflections };
}

/** (H_0 H_1 …)ᵀ = … H_1 H_0 as a matrix: row i is the i-th basis vector of the tridiagonal form. */
function productOfReflections(reflections: Reflection[], size: number): Float64Array {
  const rows = new Float64Array(size * size);
  for (let i = 0; i < size; i++) rows[i * size + i] = 1;
  // From the last on, since only then the rows stay short: row i is 0 before the coordinates reflected so far.
  for (const { first, v, factor } of reflections.reverse()) {
    for (let i = first; i < size; i++) {
      const row = i * size + first;
      let sum = 0;
      for (let j = 0; j < v.length; j++) sum += rows[row + j]! * v[j]!;
      sum *= factor;
      for (let j = 0; j < v.length; j++) rows[row + j]! -= sum * v[j]!;
    }
  }
  return rows;
}

function diagonalise(d: Float64Array, e: Float64Array, vectors: Float64Array, size: number): void {
  let norm = 0;
  for (let i = 0; i < size; i++) norm = Math.max(norm, Math.abs(d[i]!) + Math.abs(e[i]!));
  if (!Number.isFinite(norm)) throw new Error("a matrix with values that are not finite has no eigenvalues");
  const negligible = (i: number): boolean =>
    Math.abs(e[i]!) <= Number.EPSILON * (Math.abs(d[i]!) + Math.abs(d[i + 1]!) + 1e-3 * norm);
  let end = size - 1;
  for (let steps = 0; end > 0; steps++) {
    if (negligible(end - 1)) {
      e[end - 1] = 0;
      end--;
      steps = 0;
      continue;
    }
    if (steps > 100) throw new Error("the eigenvalue iteration did not converge");
    let start = end - 1;
    while (start > 0 && !negligible(start - 1)) start--;
    step(d, e, vectors, size, start, end);
  }
}

/** One implicit QR step on the unreduced piece [start, end]: a rotation makes a bulge, the next ones chase it down. */
function step(d: Float64Array, e: Float64Array, vectors: Float64Array, size: number, start: number, end: number): void {
  const half = (d[end - 1]! - d[end]!) / 2;
  const corner = e[end - 1]!;
  const root = Math.hypot(half, corner);
  const shift = d[end]! - (corner * corner) / (half >= 0 ? half + root : half - root);
  let x = d[start]! - shift;
  let z = e[start]!;
  for (let k = start; k < end; k++) {
    const r = Math.hypot(x, z);
    const c = r === 0 ? 1 : x / r;
    const s = r === 0 ? 0 : z / r;
    if (k > start) e[k - 1] = r;
    const upper = d[k]!;
    const lower = d[k + 1]!;
    const between = e[k]!;
    d[k] = c * c * upper + 2 * c * s * between + s * s * lower;
    d[k + 1] = s * s * upper - 2 * c * s * between + c * c * lower;
    e[k] = (c * c - s * s) * between + c * s * (lower - upper);
    if (k < end - 1) {
      x = e[k]!;
      z = s * e[k + 1]!;
      e[k + 1]! *= c;
    }
    rotateRows(vectors, k * size, size, c, s);
  }
}

function rotateRows(vectors: Float64Array, row: number, size: number, c: number, s: number): void {
  const next = row + size;
  for (let j = 0; j < size; j++) {
    const p = vectors[row + j]!;
    const q = vectors[next + j]!;
    vectors[row + j] = c * p + s * q;
    vectors[next + j] = c * q - s * p;
  }
}
