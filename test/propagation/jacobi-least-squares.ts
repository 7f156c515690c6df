/**
 * The reference for the least squares of the product: singular values by one-sided Jacobi rotations on X itself, in
 * float64, without normal equations. Slow, and as accurate as float64 can be. All matrices are row-major.
 */
export function jacobiLeastSquares(
  x: Float64Array,
  y: Float64Array,
  shape: { rows: number; inputs: number; outputs: number },
  zero = 1e-6,
): { map: Float64Array; singularValues: number[]; rank: number } {
  const { rows, inputs, outputs } = shape;
  const column = (matrix: Float64Array, width: number, at: number): Float64Array =>
    Float64Array.from({ length: rows }, (_, r) => matrix[r * width + at]!);
  const u = Array.from({ length: inputs }, (_, j) => column(x, inputs, j));
  const v = Array.from({ length: inputs }, (_, j) => {
    const unit = new Float64Array(inputs);
    unit[j] = 1;
    return unit;
  });
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const rotate = (a: Float64Array, b: Float64Array, c: number, s: number): void => {
    for (let i = 0; i < a.length; i++) {
      const p = a[i]!;
      a[i] = c * p - s * b[i]!;
      b[i] = s * p + c * b[i]!;
    }
  };
  for (let sweep = 0, rotated = true; rotated && sweep < 60; sweep++) {
    rotated = false;
    for (let p = 0; p < inputs; p++) {
      for (let q = p + 1; q < inputs; q++) {
        const pp = dot(u[p]!, u[p]!);
        const qq = dot(u[q]!, u[q]!);
        const pq = dot(u[p]!, u[q]!);
        if (Math.abs(pq) <= 1e-15 * Math.sqrt(pp * qq) || pq === 0) continue;
        rotated = true;
        const ratio = (qq - pp) / (2 * pq);
        const t = (ratio >= 0 ? 1 : -1) / (Math.abs(ratio) + Math.hypot(1, ratio));
        const c = 1 / Math.hypot(1, t);
        rotate(u[p]!, u[q]!, c, c * t);
        rotate(v[p]!, v[q]!, c, c * t);
      }
    }
  }
  const norms = u.map((vector) => Math.sqrt(dot(vector, vector)));
  const largest = Math.max(...norms);
  const map = new Float64Array(inputs * outputs);
  let rank = 0;
  norms.forEach((norm, k) => {
    if (!(norm > zero * largest)) return;
    rank++;
    for (let o = 0; o < outputs; o++) {
      const along = dot(u[k]!, column(y, outputs, o)) / (norm * norm);
      for (let i = 0; i < inputs; i++) map[i * outputs + o]! += v[k]![i]! * along;
    }
  });
  return { map, singularValues: norms.sort((a, b) => b - a), rank };
}
